"""Broken input, much of it: `make fuzz`, and `python -m tests.fuzz` for as much as one likes."""
