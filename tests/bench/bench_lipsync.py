"""What 10,000 lip-sync jobs that wait for the provider cost in a minute: reads, writes, calls, and
the time of the function that looks.

The rules of polling, the rows and the look itself are those that are deployed. Tables are counted
by their own rule: what is read of the index in 4 KB, what is written of a row and of its indexes in
1 KB. The provider's answers take as long as LATENCY; beside ours stands a look at all of them each
minute. Jobs are of any age up to LONGEST.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from functions.adapters.dynamo.lipsync_jobs import to_row
from functions.bootstrap_lipsync import AT_ONCE
from functions.domain.codec import from_plain
from functions.domain.lipsync.errors import ProviderError
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration
from functions.domain.lipsync.job_ports import DueJob
from functions.domain.lipsync.polling import POLL_SHARDS, next_poll
from functions.services.lipsync.jobs import LipSyncLine
from functions.services.lipsync.poll_lipsync import Looking, look_at
from tests.bench.rows import Row, compared, measured
from tests.contract.test_lipsync_job_store import job, waits
from tests.fakes.clock import EPOCH
from tests.fakes.lipsync import FakeLipSyncGate, FakeLipSyncJobStore
from tests.fakes.scribes import FakeTokens

JOBS = 10_000
LONGEST = timedelta(minutes=20)
LATENCY_S = 0.1
TABLE_WRITE_S = 0.005
READ_USD, WRITE_USD, GB_SECOND_USD = 0.125e-6, 0.625e-6, 0.0000133334
MINUTE = timedelta(minutes=1)


class Busy:
    """All go on; each answer takes its time, as many at once as the adapter asks for."""

    asked = 0

    def get(
        self, generation_ids: Sequence[str], *, wait: int = 0
    ) -> Mapping[str, SyncGeneration | ProviderError]:
        self.asked += len(generation_ids)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: time.sleep(LATENCY_S), generation_ids))
        status = GenerationStatus.PROCESSING
        return {one: SyncGeneration(id=one, status=status) for one in generation_ids}


class Counted(FakeLipSyncJobStore):
    """Writes take as long as a table's; one lock, since the fake is for one thread."""

    _lock = threading.Lock()

    def postpone(self, job: DueJob, until: datetime) -> bool:
        time.sleep(TABLE_WRITE_S)
        with self._lock:
            return super().postpone(job, until)


def run() -> list[Row]:
    chance = random.Random(1)
    now = EPOCH + LONGEST
    row, held = _sizes()
    ages = [LONGEST * chance.random() for _ in range(JOBS)]
    polls = _polls_a_minute(ages, now, chance)
    seconds = _function_seconds(polls)
    queries = 60 / 5 * len(POLL_SHARDS)
    reads = queries / 2 + polls * held / 4_096 / 2
    # The row, the same in the index of its user, and its entry among those that wait moves.
    writes = polls * (ceil(row / 1_024) * 2 + ceil(held / 1_024) * 2)
    usd = reads * READ_USD * 2 + writes * WRITE_USD + seconds * GB_SECOND_USD
    return [
        compared("looked at in a minute", polls, JOBS, "all each minute", unit="jobs", goal=0.75),
        measured("requests to the provider", polls, unit="calls"),
        measured("read of the index", reads, unit="read units"),
        measured("written", writes, unit="write units"),
        measured("bytes of a row, of its entry in the index", row + held / 10_000, unit="bytes"),
        measured("time of the function", seconds, unit="s of 1 GB"),
        measured("all of it in an hour", usd * 60, unit="dollars"),
        measured("polls of a job of ten minutes", _polls_of(timedelta(minutes=10)), unit="polls"),
    ]


def _sizes() -> tuple[int, int]:
    """Bytes of a row that waits, and of what the index holds of it."""
    plain = to_row(waits(job("0197a1c4-7b11-7c35-9d2f-3f6a0c2e8b54"), EPOCH))
    named = {one.name for one in fields(DueJob)} | {"poll_shard"}
    entry = {name: value for name, value in plain.items() if name in named}
    return len(json.dumps(plain)), len(json.dumps(entry))


def _polls_a_minute(ages: Sequence[timedelta], now: datetime, chance: random.Random) -> int:
    """Of jobs that are looked at as they would be, from any moment on."""
    count, model = 0, waits(job("a"), EPOCH).model
    for age in ages:
        begun = now - age
        step = next_poll(model, begun, now) - now
        at = now + step * chance.random()
        while at < now + MINUTE:
            count += 1
            at = next_poll(model, begun, at)
    return count


def _polls_of(length: timedelta) -> int:
    count, at, model = 0, EPOCH, waits(job("a"), EPOCH).model
    while at < EPOCH + length:
        at = next_poll(model, EPOCH, at)
        count += 1
    return count


def _function_seconds(polls: int) -> float:
    """By a real look at a part of them."""
    part = min(polls, 800)
    store, provider = Counted(), Busy()
    line = LipSyncLine(jobs=store, gate=FakeLipSyncGate(), tokens=FakeTokens(), clock=_clock)
    due = []
    for at in range(part):
        one = replace(waits(job(f"job-{at}"), EPOCH), deadline=EPOCH + timedelta(days=1))
        store.create(one)
        due.append(from_plain(DueJob, to_row(one)))
    looking: Any = Looking(line=line, provider=provider)  # type: ignore[arg-type]
    began = time.monotonic()
    looked = look_at(looking, due)
    spent = time.monotonic() - began
    if looked.asked != part or provider.asked != part:
        raise AssertionError(f"{looked.asked} of {part} were looked at")
    return spent * polls / part


def _clock() -> datetime:
    return EPOCH
