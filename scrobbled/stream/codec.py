"""Events and answers as bytes: MessagePack of the model's own structs."""

from __future__ import annotations

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.model.outcome import Answer

_encoder = msgspec.msgpack.Encoder()
_events = msgspec.msgpack.Decoder(PlaybackEvent)
_answers = msgspec.msgpack.Decoder(list[Answer])

encode_event = _encoder.encode
encode_answers = _encoder.encode


def decode_event(data: bytes) -> PlaybackEvent:
    """The event in *data*; raises *msgspec.MsgspecError* when there is none."""
    return _events.decode(data)


def decode_answers(data: bytes) -> list[Answer]:
    """The answers in *data*; raises *msgspec.MsgspecError* when there are none."""
    return _answers.decode(data)
