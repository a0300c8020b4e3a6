"""GET /api/events in the document: another function answers it, and lets in who comes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from functions.domain.events.event import Event, EventType
from functions.domain.events.stream import RETRY_MS, stream_text
from functions.handlers.api.openapi_headers import Part, header
from functions.handlers.api.openapi_problems import RESPONSES, of_gateway

PATH: Final = "/api/events"
TICKET: Final[Part] = {
    "type": "apiKey",
    "in": "query",
    "name": "ticket",
    "description": "Of `createEventTicket`: an EventSource can send no header. It opens this only",
}
_EVENT: Final = Event(
    event_id="0197a1c4-02aa-7f10-8b6e-51f3a4a0c7d2",
    user_id="",
    sequence=43,
    type=EventType.ACCOUNT_UPDATED,
    version=1,
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    subject_id="1000",
    data={"platform": "tiktok", "status": "reconnect_needed", "reason": "invalid_grant"},
)
_SAYS: Final = f"""\
Each block has the event's number as `id`, its type as `event`, and as `data` the body that the
schemas `Event.…` describe. An answer ends once something was told, or after `wait` seconds; an
EventSource comes again by itself after {RETRY_MS} ms, with the last `id`, and misses nothing that
the log still has. If it has not, the first block is `resync`: read anew what is shown, and go on
from its `sequence`. Who comes without a number is answered at once with where to begin."""


def _parameter(name: str, place: str, says: str, **schema: Any) -> Part:
    return {
        "name": name,
        "in": place,
        "required": False,
        "description": says,
        "schema": {"type": "string", **schema},
    }


_NUMBER: Final = {"pattern": "^[0-9]{1,16}$", "examples": ["42"]}
_ID: Final = {"minLength": 1, "maxLength": 128}


def followed() -> Part:
    """The path, as plain values."""
    told = ["X-Request-Id", "Cache-Control"]
    return {
        "get": {
            "tags": ["events"],
            "operationId": "followEvents",
            "summary": "Events as they happen, for an EventSource",
            "description": _SAYS,
            "security": [{"token": []}, {"ticket": []}],
            "parameters": [
                _parameter("Last-Event-ID", "header", "The last number that was read", **_NUMBER),
                _parameter("after", "query", "The same, where no header can be sent", **_NUMBER),
                _parameter("video_id", "query", "Of this video alone", **_ID),
                _parameter(
                    "job_id", "query", "Of this job alone: a run, a lip-sync, a search", **_ID
                ),
                {
                    **_parameter("wait", "query", "Seconds to wait for something to tell"),
                    "schema": {"type": "integer", "minimum": 0, "maximum": 20, "default": 20},
                },
            ],
            "responses": {
                "200": {
                    "description": "What is new",
                    "headers": {name: header(name) for name in told},
                    "content": {
                        "text/event-stream": {
                            "schema": {"type": "string", "examples": [stream_text([_EVENT], 43)]}
                        }
                    },
                },
                **_refusals(),
            },
        }
    }


def _refusals() -> Part:
    """The gateway's come without a header of ours; requests are not counted here."""
    faults = {"422": "Invalid", "503": "Unavailable", "default": "Fault"}
    sent = {status: _uncounted(RESPONSES[name]) for status, name in faults.items()}
    fault = sent["default"]
    fault["content"] = {**fault["content"], **of_gateway("Internal Server Error")}
    return {
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "403": {
            "description": "Neither a token nor a ticket, or one that is not valid",
            "content": of_gateway("Forbidden"),
        },
        "429": {"description": "Too many at once", "content": of_gateway("Too Many Requests")},
        **sent,
    }


def _uncounted(response: Part) -> Part:
    named = {name: one for name, one in response["headers"].items() if "RateLimit" not in name}
    return {**response, "headers": named}
