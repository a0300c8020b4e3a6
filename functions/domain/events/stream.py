"""Events as `text/event-stream` (WHATWG HTML, section 9.2, server-sent events)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from functions.domain.events.body import to_json
from functions.domain.events.event import Event

CONTENT_TYPE: Final = "text/event-stream; charset=utf-8"
RETRY_MS: Final = 500
"""How long a client waits before it comes again: each answer ends."""
LAST_ID: Final = 2**53
"""Ids are numbers that a browser can count with."""


def stream_text(events: Sequence[Event], up_to: int, *, resync: bool = False) -> str:
    """One answer: how to come again, the events, and from where to go on.

    The last block has no data: a client takes its id, and tells nobody of it."""
    blocks = [f"retry: {RETRY_MS}\n\n"]
    if resync:
        data = json.dumps({"type": "resync", "sequence": up_to}, separators=(",", ":"))
        blocks.append(f"id: {up_to}\nevent: resync\ndata: {data}\n\n")
    blocks += [_block(event) for event in events]
    if not events and not resync:
        blocks.append(": nothing new\n\n")
    if not events or events[-1].sequence != up_to:
        blocks.append(f"id: {up_to}\n\n")
    return "".join(blocks)


def _block(event: Event) -> str:
    # JSON has no line breaks of its own, and escapes those of texts.
    data = json.dumps(to_json(event), separators=(",", ":"))
    return f"id: {event.sequence}\nevent: {event.type.value}\ndata: {data}\n\n"


def read_id(text: str) -> int | None:
    """A number as it stands in `Last-Event-ID`; None for what is none."""
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit() or len(plain) > len(str(LAST_ID)):
        return None
    return int(plain)
