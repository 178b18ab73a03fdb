"""
The front door: bytes in, an event in the stream, and only then a 2xx.

*door* takes events in and waits for answers where a protocol wants one; the other
modules are one protocol each: which route, which parser, which answer.
"""
