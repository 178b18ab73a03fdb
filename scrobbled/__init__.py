"""scrobbled: a self-hosted server that records what people watch."""

__version__ = "0.1.0"
