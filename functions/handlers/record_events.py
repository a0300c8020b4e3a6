"""Follows the streams of all tables whose rows are told of, and writes the log of events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.adapters.dynamo.items import decode_item
from functions.domain.events.change import Change
from functions.domain.events.kinds import DRAFTING
from functions.runtime import telemetry
from functions.runtime.event_settings import RecordSettings
from functions.runtime.settings import load
from functions.services.events.record_changes import record_changes

settings = load(RecordSettings)
_KINDS = {str(getattr(settings, f"{kind}_table")): kind for kind in DRAFTING}


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fails as a whole: Lambda halves the batch and comes again, and nothing is told twice."""
    telemetry.begin(context)
    try:
        changes = [_change(record) for record in event["Records"]]
        written = record_changes(bootstrap_events.recording(settings), changes)
        if written:
            telemetry.count("EventsRecorded", written)
    except Exception:
        telemetry.logger.exception("events not recorded", extra={"of": len(event["Records"])})
        raise
    finally:
        telemetry.flush()
    return {}


def _change(record: Mapping[str, Any]) -> Change:
    told = record["dynamodb"]
    table = record["eventSourceARN"].split("/")[1]
    keys = decode_item(told["Keys"])
    return Change(
        kind=_KINDS[table],
        key="\x1f".join(str(keys[name]) for name in sorted(keys)),
        number=told["SequenceNumber"],
        at=datetime.fromtimestamp(float(told["ApproximateCreationDateTime"]), UTC),
        before=_image(told.get("OldImage")),
        after=_image(told.get("NewImage")),
    )


def _image(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A row without its bytes, which come as text here, and are nobody's to be told."""
    plain = {name: it for name, it in (row or {}).items() if not {"B", "BS"} & it.keys()}
    return decode_item(plain) if row else None
