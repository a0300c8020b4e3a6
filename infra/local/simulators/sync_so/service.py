"""The service behind its wire: what each request does, for whom, and how often it may be asked."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from infra.local.simulators.sync_so import contract, inputs
from infra.local.simulators.sync_so.assets import Assets
from infra.local.simulators.sync_so.errors import RefusedError, malformed, refused
from infra.local.simulators.sync_so.faults import Fault, Switchboard
from infra.local.simulators.sync_so.records import OPEN, STATUSES, Record, Records, told
from infra.local.simulators.sync_so.webhooks import Webhooks
from infra.local.simulators.sync_so.work import Workshop

UPGRADE: Final = "https://sync.so/billing"
_IN_FLIGHT_S: Final = 30
_FRAMES: Final = 25


class Service:
    """`base` is its own address. Every method raises RefusedError."""

    def __init__(self, home: Path, base: str) -> None:
        self.base = base
        self.switch = Switchboard()
        self.records = Records(home / "generations")
        self.assets = Assets(home / "assets", base)
        self.webhooks = Webhooks(self.switch)
        self.work = Workshop(home / "files", self.records, self.switch, self.webhooks, self.show)
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._making: dict[tuple[str, str], threading.Event] = {}
        self._reserved: dict[str, int] = defaultdict(int)

    def show(self, record: Record) -> Record:
        return told(record, self.switch.settings, self._url)

    def _url(self, record: Record) -> str:
        token = self.records.token(record["id"], self.switch.settings.result_seconds)
        return f"{self.base}/v2/generations/{record['id']}/result?token={token}"

    def count_request(self, organisation: str, what: str, limit: int) -> None:
        """So many in the last minute, or refused."""
        now = time.monotonic()
        with self._lock:
            asked = self._asked[organisation, what]
            while asked and asked[0] < now - 60:
                asked.popleft()
            if len(asked) >= limit:
                raise refused("rate_limit_exceeded")
            asked.append(now)

    def create(self, organisation: str, body: object, keys: Sequence[str]) -> Record:
        """`keys` are all headers of that name."""
        key = _key(keys)
        request = contract.check(body)
        if key is None:
            return self._made(organisation, request, None)
        known = self._claim(organisation, key, request)
        if known is not None:
            return known
        try:
            return self._made(organisation, request, key)
        finally:
            with self._lock:
                self._making.pop((organisation, key)).set()

    def _claim(self, organisation: str, key: str, request: Mapping[str, Any]) -> Record | None:
        """What the key has made; None once it is ours to make. open: what is answered while the
        first request goes on; here it is waited for, and then said not to be known."""
        until = time.monotonic() + _IN_FLIGHT_S
        while True:
            with self._lock:
                known = self.records.made_with(organisation, key)
                going = self._making.get((organisation, key))
                if known is None and going is None:
                    self._making[organisation, key] = threading.Event()
                    return None
            if known is not None:
                if known["_print"] != _print(request):
                    raise refused("IDEMPOTENCY_KEY_REUSED")
                return known
            if going is not None and not going.wait(until - time.monotonic()):
                raise refused("IDEMPOTENCY_OUTCOME_UNKNOWN")

    def _made(self, organisation: str, request: Mapping[str, Any], key: str | None) -> Record:
        self._reserve(organisation)
        try:
            record = self._record(organisation, request, key)
            try:
                if self.switch.settings.checked == "create":
                    self.work.fetch(record)
            except RefusedError:
                self.work.forget(record["id"])
                raise
            self.records.keep(record)
            fresh = dict(record)
        finally:
            with self._lock:
                self._reserved[organisation] -= 1
        self.work.begin(record)
        return fresh

    def _reserve(self, organisation: str) -> None:
        limit = self.switch.settings.concurrency
        with self._lock:
            active = self.records.active(organisation) + self._reserved[organisation]
            if active >= limit:
                raise refused(
                    "concurrency_limit_reached",
                    activeGenerations=active,
                    concurrencyLimit=limit,
                    retryAfterSeconds=30,
                    upgradeUrl=UPGRADE,
                )
            self._reserved[organisation] += 1

    def _record(self, organisation: str, request: Mapping[str, Any], key: str | None) -> Record:
        record = self.records.new(organisation, request, key)
        record["_print"] = _print(request)
        record["_places"] = {
            one["assetId"]: self.assets.place(organisation, one["assetId"])
            for one in request["input"]
            if one.get("assetId") and not one.get("url")
        }
        return record

    def read(self, organisation: str, generation_id: str, query: Mapping[str, list[str]]) -> Record:
        record = self.records.get(organisation, generation_id)
        shown = self.show(record)
        if "progress" in query.get("include", []):
            shown["progress_percent"] = self._percent(record)
        return shown

    def _percent(self, record: Record) -> int:
        if record["status"] in OPEN:
            begun, length = record.get("_began"), max(self.switch.settings.work_seconds, 1.0)
            return 0 if begun is None else min(99, int(100 * (time.time() - begun) / length))
        return 100

    def page(self, organisation: str, query: Mapping[str, list[str]]) -> list[Record]:
        """Lists may come as one text with commas, or as repeated parameters."""
        statuses, ids = _many(query, "status"), _many(query, "ids")
        if unknown := [one for one in statuses if one not in STATUSES]:
            raise malformed([f"status {one} is unknown" for one in unknown])
        found = [
            one
            for one in self.records.of(organisation)
            if (not statuses or one["status"] in statuses) and (not ids or one["id"] in ids)
        ]
        return [self.show(one) for one in _page(found, query)]

    def delete(self, organisation: str, generation_id: str) -> None:
        record = self.records.get(organisation, generation_id)
        if record["status"] in OPEN:
            raise refused("generation_not_deletable_while_processing")
        self.records.remove(record)
        self.work.forget(generation_id)

    def estimate(self, organisation: str, body: object) -> list[dict[str, float]]:
        """By the length of the video, which is fetched for that."""
        request = contract.check(body)
        record = self._record(organisation, request, None)
        try:
            self.work.fetch(record)
            at = next(at for at, one in enumerate(request["input"]) if one["type"] == "video")
            path = self.work.folder_of(record["id"]) / f"in{at}"
            video = inputs.judge_video(path, request["model"], self.switch.settings)
        except StopIteration:
            raise refused("generation_video_missing", status=400) from None
        finally:
            self.work.forget(record["id"])
        cost = video.seconds * self.switch.settings.usd_per_second
        frames = round(video.seconds * _FRAMES)
        return [{"estimatedFrameCount": frames, "estimatedGenerationCost": round(cost, 4)}]

    def unknown_outcome(self, record: Record | None, fault: Fault) -> Exception:
        """What is said where the first request's end was lost; `told` has the id told."""
        more = {"generationId": record["id"]} if record and fault.told else {}
        return refused("IDEMPOTENCY_OUTCOME_UNKNOWN", **more)


def _key(keys: Sequence[str]) -> str | None:
    if not keys:
        return None
    if len(keys) > 1 or not contract.KEY.fullmatch(keys[0]):
        raise refused("INVALID_IDEMPOTENCY_KEY")
    return keys[0]


def _print(request: Mapping[str, Any]) -> str:
    return sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def _many(query: Mapping[str, list[str]], name: str) -> list[str]:
    return [word for text in query.get(name, []) for word in text.split(",") if word]


def _page(found: Sequence[Record], query: Mapping[str, list[str]]) -> Sequence[Record]:
    if "limit" not in query:
        if "cursor" in query:
            raise malformed(["cursor needs limit"])
        return found
    text = query["limit"][0]
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise malformed(["limit must be between 1 and 100"])
    if "cursor" in query:
        ids = [one["id"] for one in found]
        cursor = query["cursor"][0]
        found = found[ids.index(cursor) + 1 :] if cursor in ids else []
    return found[: int(text)]
