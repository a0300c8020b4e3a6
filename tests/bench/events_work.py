"""The deployed code of events in threads, in place of functions that Lambda calls.

A belt stands for a shard of a table's stream: Lambda asks it four times a second, takes 100
records at most, and comes again with the same where a function has died.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from functions.adapters.dynamo.segment_rows import to_row
from functions.domain.events.change import Change
from functions.domain.times import utc_now
from functions.services.events.publish_events import publish_events
from functions.services.events.push_events import Pushing, push_events
from functions.services.events.record_changes import Recording, record_changes
from tests.builders import make_segment

CLIENTS: Final = 1_000
ACTIVE: Final = 50
"""Users that have something to be told in one second; in the next it is others."""
SHARDS: Final = 4
"""As many partitions has a new table on demand."""
BATCH: Final = 100
LOOK_EVERY_S: Final = 0.25


class KilledError(BaseException):
    """A worker's end, which no code of ours takes for an error."""


@dataclass(eq=False)
class Belt:
    """`calls` and `seconds` are of those that take what it carries."""

    act: Callable[[list[Any]], object]
    waiting: deque[Any] = field(default_factory=deque)
    calls: int = 0
    killed: int = 0
    seconds: float = 0.0

    def work(self, over: threading.Event) -> None:
        time.sleep(random.uniform(0, LOOK_EVERY_S))
        while not (over.is_set() and not self.waiting):
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            began = time.monotonic()
            while batch and not self._called(batch):
                pass
            if len(batch) < BATCH:
                time.sleep(max(0.0, began + LOOK_EVERY_S - time.monotonic()))

    def _called(self, batch: list[Any]) -> bool:
        """Whether it came to its end."""
        began = time.monotonic()
        self.calls += 1
        try:
            self.act(batch)
        except KilledError:
            self.killed += 1
            return False
        finally:
            self.seconds += time.monotonic() - began
        return True


class Watched:
    """Some port, with something done around each call of it, which is told its name."""

    def __init__(
        self,
        inner: Any,
        before: Callable[[str], object],
        after: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._inner, self._before, self._after = inner, before, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)

        def call(*given: Any, **named: Any) -> Any:
            self._before(name)
            answer = found(*given, **named)
            self._after(name)
            return answer

        return call


class Telling:
    """A log with the stream of its table: what was written is on its way to whoever follows."""

    def __init__(self, log: Any, stages: Sequence[Sequence[Belt]]) -> None:
        self._log, self._stages = log, stages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, user_id: str, last: int, entries: Any, marks: Any) -> None:
        self._log.append(user_id, last, entries, marks)
        for belts in self._stages:
            belts[_shard(user_id)].waiting.extend(entry.event for entry in entries)


@dataclass
class Line:
    """All that an event goes through. `name` begins each id, so that lines can share tables;
    `around` is what is done around each call of a port."""

    name: str
    log: Any
    videos: Any
    connections: Any
    bus: Any
    wires: Any = None
    around: Callable[[Any], Any] = lambda port: port
    made: dict[str, list[str]] = field(default_factory=dict)
    """What was made, by user, in order."""
    stages: dict[str, list[Belt]] = field(default_factory=dict)
    sends: Counter[str] = field(default_factory=Counter)
    """Messages over sockets."""

    def run(self, rate: int, seconds: int) -> None:
        pushing = Pushing(
            log=self.around(self.log),
            connections=self.around(self.connections),
            wires=self.around(Watched(self.wires, self._sent)),
            clock=utc_now,
        )
        push = _belts(partial(push_events, pushing))
        publish = _belts(partial(publish_events, self.around(self.bus)))
        log = self.around(Telling(self.log, [push, publish]))
        recording = Recording(log=log, videos=self.around(self.videos), clock=utc_now)
        record = _belts(partial(record_changes, recording))
        self.stages = {"record": record, "push": push, "publish": publish}
        made_over, recorded_over = threading.Event(), threading.Event()
        first = [threading.Thread(target=it.work, args=(made_over,)) for it in record]
        then = [threading.Thread(target=it.work, args=(recorded_over,)) for it in push + publish]
        for thread in (*first, *then):
            thread.start()
        self._make(record, rate, seconds)
        made_over.set()
        _join(first)
        recorded_over.set()
        _join(then)

    def _sent(self, name: str) -> None:
        self.sends[name] += 1

    def _make(self, record: Sequence[Belt], rate: int, seconds: int) -> None:
        """New segments; when each was made is told as its length, which any number may be."""
        began = time.monotonic()
        for number in range(seconds * rate):
            left = began + number / rate - time.monotonic()
            if left > 0:
                time.sleep(left)
            user = self.user((number // rate * ACTIVE + number % ACTIVE) % CLIENTS)
            segment_id = f"{self.name}-s{number}"
            self.made.setdefault(user, []).append(segment_id)
            record[_shard(user)].waiting.append(_change(user, segment_id, number))

    def user(self, number: int) -> str:
        return f"{self.name}-{number}"

    @property
    def events(self) -> int:
        return sum(map(len, self.made.values()))

    @property
    def killed(self) -> int:
        return sum(belt.killed for belts in self.stages.values() for belt in belts)

    def work_of(self) -> tuple[float, float]:
        """Calls of functions, and the seconds that they took, by event."""
        every = [belt for belts in self.stages.values() for belt in belts]
        seconds = sum(belt.seconds for belt in every)
        return sum(belt.calls for belt in every) / self.events, seconds / self.events


def slow(seconds: Mapping[str, float]) -> Callable[[Any], Any]:
    """Ports that take as long as is said of each of their calls."""
    return lambda port: Watched(port, lambda name: time.sleep(seconds.get(name, 0.0)))


def mortal(share: float, counts: Counter[str]) -> Callable[[Any], Any]:
    """Workers die before a call, or after it, of so many."""

    def die(name: str) -> None:
        if random.random() < share / 2:
            counts[name] += 1
            raise KilledError

    return lambda port: Watched(port, die, die)


def _belts(act: Callable[[list[Any]], object]) -> list[Belt]:
    return [Belt(act) for _ in range(SHARDS)]


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def _shard(user_id: str) -> int:
    return int(user_id.rpartition("-")[2]) % SHARDS


def _change(user: str, segment_id: str, number: int) -> Change:
    segment = make_segment(user_id=user, video_id=video_of(user), segment_id=segment_id)
    row = to_row(segment) | {"duration": int(time.time() * 1_000)}
    return Change(
        kind="segments", key=segment_id, number=str(number), at=datetime.now(UTC), after=row
    )


def video_of(user_id: str) -> str:
    return f"v-{user_id}"
