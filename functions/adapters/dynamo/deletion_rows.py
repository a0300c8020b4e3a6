"""How a receipt is written: its own fields, a number for each kind, and the batch that is open."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Condition, Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.deletions.deletion import Deletion, ObjectBatch, StoredObject, Tally

RECEIPT: Final = "receipt#"
HIDDEN: Final = "hidden#"
ANSWER: Final = "answer#"
IS_THERE: Final = "attribute_exists(deletion_id)"
_COUNT: Final = "count."
_BYTES: Final = "bytes."


def receipt_key(user_id: str, deletion_id: str) -> dict[str, str]:
    return {"user_id": user_id, "entry": f"{RECEIPT}{deletion_id}"}


def hidden_key(user_id: str, video_id: str) -> dict[str, str]:
    return {"user_id": user_id, "entry": f"{HIDDEN}{video_id}"}


def to_row(deletion: Deletion) -> dict[str, Any]:
    fields = {name: value for name, value in to_plain(deletion).items() if name != "deleted"}
    key = receipt_key(deletion.user_id, deletion.deletion_id)
    return {**fields, **key, **tallied(deletion.deleted)}


def from_row(row: Mapping[str, Any]) -> Deletion:
    kinds = sorted(name.removeprefix(_COUNT) for name in row if name.startswith(_COUNT))
    deleted = {
        kind: {"count": row[f"{_COUNT}{kind}"], "size": row.get(f"{_BYTES}{kind}", 0)}
        for kind in kinds
    }
    return from_plain(Deletion, {**row, "deleted": deleted})


def tallied(tallies: Mapping[str, Tally]) -> dict[str, int]:
    """Numbers to add to a receipt, each under a name of its own: no map need be there before."""
    counts = {f"{_COUNT}{kind}": tally.count for kind, tally in tallies.items() if tally.count}
    sizes = {f"{_BYTES}{kind}": tally.size for kind, tally in tallies.items() if tally.size}
    return {**counts, **sizes}


def add_tallies(
    writes: Transaction, table: Table, deletion: Deletion, tallies: Mapping[str, Tally]
) -> None:
    """Count what the same transaction removes."""
    key = receipt_key(deletion.user_id, deletion.deletion_id)
    writes.add(table, key, tallied(tallies), only=Condition(IS_THERE, {}))


def to_batch(batch: ObjectBatch) -> bytes:
    """Small, since each write of the receipt pays for all of it: a thousand keys in some 40 KB."""
    objects = [[one.key, one.version, one.size] for one in batch.objects]
    plain = [batch.kind, batch.unfinished, objects]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode())


def batch_of(row: Mapping[str, Any]) -> ObjectBatch | None:
    if "batch" not in row:
        return None
    kind, unfinished, objects = json.loads(zlib.decompress(bytes(row["batch"])))
    named = (StoredObject(key=key, version=version, size=size) for key, version, size in objects)
    return ObjectBatch(kind=kind, objects=tuple(named), unfinished=unfinished)
