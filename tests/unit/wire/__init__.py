"""Tests of *scrobbled.wire*."""
