"""Generations as they are kept: one file each, so that they outlive the process."""

from __future__ import annotations

import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from infra.local.simulators.sync_so.errors import refused
from infra.local.simulators.sync_so.faults import Settings

OPEN: Final = ("PENDING", "PROCESSING")
STATUSES: Final = (*OPEN, "COMPLETED", "FAILED", "REJECTED")
_OPTIONAL: Final = (
    "options", "segments", "webhookUrl", "outputFileName", "projectId", "outputUrl",
    "outputDuration", "error",
)  # fmt: skip
Record = dict[str, Any]
"""Fields that begin with `_` are not told."""


class Records:
    """All of them. Thread-safe; whoever waits is woken by each change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._tokens: dict[str, tuple[str, float]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        found = (json.loads(path.read_text()) for path in folder.glob("*.json"))
        self._records: dict[str, Record] = {one["id"]: one for one in found}

    def new(self, organisation: str, body: Mapping[str, Any], key: str | None) -> Record:
        """One that is not kept yet."""
        echoed = ("model", "input", "options", "segments", "webhookUrl", "outputFileName")
        now = datetime.now(UTC)
        return {
            "id": str(uuid.uuid4()),
            "createdAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "status": "PENDING",
            **{name: body[name] for name in (*echoed, "projectId") if body.get(name) is not None},
            "_organisation": organisation,
            "_key": key,
            "_at": now.timestamp(),
        }

    def keep(self, record: Record) -> None:
        with self._changed:
            self._records[record["id"]] = record
            self._write(record)

    def change(self, generation_id: str, **fields: Any) -> Record | None:
        """None where it was deleted meanwhile."""
        with self._changed:
            record = self._records.get(generation_id)
            if record is not None:
                record.update(fields)
                if record["status"] not in OPEN:
                    record.setdefault("_over_at", time.time())
                self._write(record)
            return record

    def get(self, organisation: str, generation_id: str) -> Record:
        """Raises RefusedError; one of somebody else is none."""
        with self._changed:
            record = self._records.get(generation_id)
        if record is None or record["_organisation"] != organisation:
            raise refused("generation_not_found")
        return record

    def await_end(self, organisation: str, generation_id: str, seconds: float) -> Record:
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                record = self.get(organisation, generation_id)
                left = until - time.monotonic()
                if record["status"] not in OPEN or left <= 0:
                    return record
                self._changed.wait(left)

    def made_with(self, organisation: str, key: str) -> Record | None:
        with self._changed:
            for record in self._records.values():
                if record["_organisation"] == organisation and record["_key"] == key:
                    return record
        return None

    def of(self, organisation: str) -> list[Record]:
        """The newest first."""
        with self._changed:
            found = [one for one in self._records.values() if one["_organisation"] == organisation]
        return sorted(found, key=lambda one: one["_at"], reverse=True)

    def worked(self) -> list[Record]:
        """How long those that are over have taken, in seconds, by the names they were given."""
        with self._changed:
            return [
                {"name": one.get("outputFileName"), "seconds": one["_over_at"] - one["_at"]}
                for one in self._records.values()
                if "_over_at" in one
            ]

    def open_ones(self) -> Iterator[Record]:
        with self._changed:
            yield from [one for one in self._records.values() if one["status"] in OPEN]

    def active(self, organisation: str) -> int:
        return sum(one["status"] in OPEN for one in self.of(organisation))

    def remove(self, record: Record) -> None:
        with self._changed:
            self._records.pop(record["id"], None)
            (self._folder / f"{record['id']}.json").unlink(missing_ok=True)
            self._changed.notify_all()

    def token(self, generation_id: str, seconds: float) -> str:
        """For one file, good for so long."""
        with self._changed:
            token = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
            self._tokens[token] = (generation_id, time.monotonic() + seconds)
            return token

    def owner_of(self, generation_id: str, token: str) -> Record | None:
        """The generation whose file a token opens now."""
        with self._changed:
            known, until = self._tokens.get(token, ("", 0.0))
            fits = known == generation_id and time.monotonic() < until
            return self._records.get(generation_id) if fits else None

    def expire_tokens(self) -> None:
        with self._changed:
            self._tokens.clear()

    def _write(self, record: Record) -> None:
        path = self._folder / f"{record['id']}.json"
        half = path.with_suffix(".half")
        half.write_text(json.dumps(record))
        half.replace(path)
        self._changed.notify_all()


def told(record: Record, settings: Settings, url: Callable[[Record], str]) -> Record:
    """As a GET answers. Where it is over well, `url` makes the address of its file."""
    shown = {name: value for name, value in record.items() if not name.startswith("_")}
    code = shown.pop("errorCode", None)
    if shown["status"] == "COMPLETED":
        shown["outputUrl"] = url(record)
    if code is not None:
        shown[settings.error_field] = code
    if settings.nulls:
        shown = {**dict.fromkeys((*_OPTIONAL, settings.error_field)), **shown}
    return shown
