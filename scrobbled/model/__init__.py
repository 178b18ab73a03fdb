"""The values every other part speaks in: frozen, comparable, free of I/O."""
