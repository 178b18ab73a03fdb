"""Redis Streams (Redis or Valkey), and nothing but that: the one package that knows redis."""
