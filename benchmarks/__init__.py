"""What scrobbled costs, measured on the real thing: `python -m benchmarks --help`."""
