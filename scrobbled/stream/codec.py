"""Events, what they came in, and answers as bytes: MessagePack of the model's own structs."""

from __future__ import annotations

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.model.outcome import Answer
from scrobbled.model.webhook import Webhook

_encoder = msgspec.msgpack.Encoder()
_events = msgspec.msgpack.Decoder(PlaybackEvent)
_webhooks = msgspec.msgpack.Decoder(Webhook)
_answers = msgspec.msgpack.Decoder(list[Answer])

encode_event = _encoder.encode
encode_webhook = _encoder.encode
encode_answers = _encoder.encode


def decode_event(data: bytes) -> PlaybackEvent:
    """The event in *data*; raises *msgspec.MsgspecError* when there is none."""
    return _events.decode(data)


def decode_webhook(data: bytes) -> Webhook:
    """The webhook in *data*; raises *msgspec.MsgspecError* when there is none."""
    return _webhooks.decode(data)


def decode_answers(data: bytes) -> list[Answer]:
    """The answers in *data*; raises *msgspec.MsgspecError* when there are none."""
    return _answers.decode(data)
