"""The bus on which other applications are told: EventBridge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable
from functions.domain.events.body import to_detail
from functions.domain.events.event import Event

SOURCE: Final = "cutroom"
AT_ONCE: Final = 10
"""Entries of one request. An event has a few hundred bytes: ten are far below 256 KB."""


class EventBridgeBus:
    def __init__(self, name: str) -> None:
        self._name = name

    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        """Raises UnavailableError where none is taken."""
        refused = list[Event]()
        for start in range(0, len(events), AT_ONCE):
            some = events[start : start + AT_ONCE]
            answers = self._put(some)
            refused += [
                one for one, answer in zip(some, answers, strict=True) if "ErrorCode" in answer
            ]
        return refused

    def _put(self, events: Sequence[Event]) -> Sequence[Any]:
        entries = [self._entry(event) for event in events]
        try:
            answer = client("events").put_events(Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The bus of events", error) from error
        answers: Sequence[Any] = answer["Entries"]
        return answers

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.type.value,
            "Time": event.at,
            "Detail": json.dumps(to_detail(event), separators=(",", ":")),
        }
