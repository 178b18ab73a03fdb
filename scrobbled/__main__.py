"""The entry point: `scrobbled`, and `python -m scrobbled`."""

from __future__ import annotations

from scrobbled.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
