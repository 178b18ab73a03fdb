"""The wire formats: what players send, parsed to *model.event.PlaybackEvent*.

One module per format. Everything here is pure: bytes in, a value out, the same
every time. What cannot be read at all is a *PayloadError*;
what can be read but must not count is an event that says why (*wire.reasons*).
"""
