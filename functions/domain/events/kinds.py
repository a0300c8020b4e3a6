"""Which rows are told of, and how. A new kind is a module beside this one and a line here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events import (
    of_account,
    of_deletion,
    of_generation,
    of_lipsync,
    of_moment,
    of_run,
    of_segment,
    of_video,
    of_webhook,
)
from functions.domain.events.change import Change, Draft, Drafting, Schema
from functions.domain.events.event import VERSIONS, EventType

# By what the tables hold, as the settings name them: `runs` is in RUNS_TABLE.
_MODULES: Final = {
    "videos": of_video,
    "runs": of_run,
    "segments": of_segment,
    "moments": of_moment,
    "generations": of_generation,
    "deletions": of_deletion,
    "lipsync_jobs": of_lipsync,
    "social_accounts": of_account,
    "webhooks": of_webhook,
}
DRAFTING: Final[Mapping[str, Drafting]] = {kind: module.drafts for kind, module in _MODULES.items()}
DATA: Final[Mapping[EventType, Schema]] = {
    kind: schema for module in _MODULES.values() for kind, schema in module.SCHEMAS.items()
}
OUTLIVING: Final = frozenset({EventType.DELETION_UPDATED})
"""What is told of a video after it was deleted, and stays when its other events go."""


def drafts_of(change: Change) -> Iterator[Draft]:
    """Raises KeyError for a kind of rows that nobody tells of."""
    return DRAFTING[change.kind](change)


def schema_of(kind: EventType) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a whole event of this type."""
    no_id = {"type": ["string", "null"]}
    return {
        "type": "object",
        "title": f"{kind.value}, version {VERSIONS[kind]}",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "sequence": {"type": "integer", "minimum": 1},
            "type": {"const": kind.value},
            "version": {"const": VERSIONS[kind]},
            "at": {"type": "string", "format": "date-time"},
            "video_id": no_id,
            "subject_id": {"type": "string"},
            "data": dict(DATA[kind]),
        },
        "required": ["id", "sequence", "type", "version", "at", "video_id", "subject_id", "data"],
    }
