"""From streams to the log: each change once, in order, without gaps, whatever fails."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.dynamo.runs import new_row
from functions.adapters.dynamo.segment_rows import to_row
from functions.domain.codec import to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.events.change import Change
from functions.domain.events.event import PROGRESS, EventType
from functions.domain.runs.run import RunStatus
from functions.domain.runs.stage import Stage
from functions.services.events.record_changes import PROGRESS_EVERY, Recording, record_changes
from tests.builders import USER, VIDEO, make_run, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.events import FakeEventLog, FakeGoneVideos


@dataclass
class Desk:
    log: FakeEventLog = field(default_factory=FakeEventLog)
    videos: FakeGoneVideos = field(default_factory=FakeGoneVideos)
    now: datetime = EPOCH
    waits: list[float] = field(default_factory=list)

    def record(self, *changes: Change) -> int:
        of = Recording(
            log=self.log, videos=self.videos, clock=lambda: self.now, wait=self.waits.append
        )
        return record_changes(of, changes)

    def types(self, user_id: str = USER) -> list[EventType]:
        return [event.type for event in self.log.events(user_id)]

    def percents(self) -> list[float]:
        return [it.data["percent"] for it in self.log.events(USER) if "percent" in it.data]


def made(number: int, **fields: Any) -> Change:
    """A new segment, as the stream tells it."""
    segment = make_segment(segment_number=number, segment_id=f"s{number}", **fields)
    return Change(
        kind="segments",
        key=segment.segment_id,
        number=str(number),
        at=EPOCH,
        after=to_row(segment),
    )


def moved(number: int, done: int, was: int = 0, **fields: Any) -> Change:
    """A run of which so many milliseconds of ten thousand are done."""
    run = make_run(status=RunStatus.RUNNING, media_duration=10_000)
    before = {**new_row(run), "progress": {"0": was}}
    after = {**before, "progress": {"0": done}, **fields}
    return Change(
        kind="runs", key=run.run_id, number=str(number), at=EPOCH, before=before, after=after
    )


def test_given_changes_when_recorded_then_they_are_numbered_from_one_without_gaps():
    desk = Desk()

    assert desk.record(*map(made, range(1, 301))) == 300

    events = desk.log.events(USER)
    assert [event.sequence for event in events] == list(range(1, 301))
    assert [event.subject_id for event in events] == [f"s{at}" for at in range(1, 301)]
    # A run's 300 segments are a few writes, not 300.
    assert desk.log.appends <= 7


def test_given_two_users_when_recorded_then_each_has_a_log_of_its_own():
    desk = Desk()

    desk.record(made(1), made(2, user_id="another"), made(3))

    assert [event.sequence for event in desk.log.events(USER)] == [1, 2]
    assert [event.sequence for event in desk.log.events("another")] == [1]


def test_given_many_users_when_recorded_then_what_is_known_of_all_is_read_at_once():
    desk = Desk()

    assert desk.record(*(made(at, user_id=f"u{at % 50}") for at in range(1, 101))) == 100

    assert desk.log.looks == 1
    assert {user: len(desk.log.events(user)) for user in desk.log.heads} == {
        f"u{at}": 2 for at in range(50)
    }


def test_given_a_user_whose_log_cannot_be_written_when_recorded_then_others_are_and_it_is_said():
    desk, changes = Desk(), [made(1, user_id="busy"), made(2)]
    desk.log.busy.add("busy")

    with pytest.raises(StaleWriteError):
        desk.record(*changes)
    assert [event.subject_id for event in desk.log.events(USER)] == ["s2"]

    desk.log.busy.clear()
    assert desk.record(*changes) == 1
    assert [event.subject_id for event in desk.log.events("busy")] == ["s1"]


@given(st.lists(st.integers(0, 40), max_size=60), st.randoms(use_true_random=False))
def test_given_batches_that_come_again_in_any_parts_when_recorded_then_nothing_is_told_twice(
    cuts: list[int], chance: random.Random
):
    """As Lambda does it: the whole again, halves of it, what went well before."""
    desk, changes = Desk(), [made(at) for at in range(1, 41)]
    for at in range(0, 41):
        if at in cuts:
            first = chance.randrange(0, at + 1)
            # A stream is read in order: what comes first was tried first.
            desk.record(*changes[: at + 1][first:] if first == 0 else changes[: at + 1])

    desk.record(*changes)

    assert [event.subject_id for event in desk.log.events(USER)] == [f"s{i}" for i in range(1, 41)]
    assert len({event.event_id for event in desk.log.events(USER)}) == 40


def test_given_a_repeated_batch_when_recorded_then_it_writes_nothing():
    desk, changes = Desk(), [made(at) for at in range(1, 11)]
    desk.record(*changes)
    before = desk.log.appends

    assert desk.record(*changes) == 0
    assert desk.log.appends == before


def test_given_a_worker_killed_between_two_writes_when_the_batch_comes_again_then_it_goes_on():
    desk, changes = Desk(), [made(at) for at in range(1, 151)]

    def killed() -> None:
        if desk.log.appends == 1:
            raise KeyboardInterrupt

    desk.log.meet = killed
    with pytest.raises(KeyboardInterrupt):
        desk.record(*changes)
    desk.log.meet = lambda: None
    assert 0 < len(desk.log.events(USER)) < 150

    desk.record(*changes)

    assert [event.subject_id for event in desk.log.events(USER)] == [
        f"s{at}" for at in range(1, 151)
    ]


def test_given_another_worker_between_read_and_write_when_recorded_then_both_are_numbered():
    desk, met = Desk(), [made(9)]

    def meet() -> None:
        if met:
            desk.record(met.pop())

    desk.log.meet = meet
    desk.record(made(1))

    assert [event.subject_id for event in desk.log.events(USER)] == ["s9", "s1"]
    assert [event.sequence for event in desk.log.events(USER)] == [1, 2]
    assert len(desk.waits) == 1


def test_given_many_workers_of_one_user_when_recorded_at_once_then_all_are_there():
    desk = Desk()
    parts = [[made(at) for at in range(first, first + 30)] for first in range(1, 181, 30)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda part: desk.record(*part), parts))

    events = desk.log.events(USER)
    assert [event.sequence for event in events] == list(range(1, 181))
    assert {event.subject_id for event in events} == {f"s{at}" for at in range(1, 181)}


def test_given_a_log_that_always_moves_on_when_recorded_then_the_batch_fails_and_may_come_again():
    desk = Desk()

    def always() -> None:
        desk.log.heads[USER] = desk.log.heads.get(USER, 0) + 1

    desk.log.meet = always
    with pytest.raises(StaleWriteError):
        desk.record(made(1))


def test_given_progress_when_it_comes_fast_then_a_few_a_second_are_told():
    desk = Desk()
    for at in range(1, 101):
        desk.record(moved(at, done=at * 100, was=(at - 1) * 100))
        desk.now += timedelta(milliseconds=20)

    told = [one for one in desk.types() if one in PROGRESS]
    assert 2_000 / (PROGRESS_EVERY / timedelta(milliseconds=1)) - 1 <= len(told) <= 9
    assert desk.percents() == sorted(desk.percents())


def test_given_progress_when_it_comes_in_one_batch_then_the_last_says_it_all():
    desk = Desk()

    desk.record(*(moved(at, done=at * 100, was=(at - 1) * 100) for at in range(1, 51)))

    assert len(desk.types()) == 1
    assert desk.percents() == [desk.log.events(USER)[0].data["percent"]]


@pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled"])
def test_given_an_end_right_after_progress_when_recorded_then_it_is_never_left_out(end: str):
    desk = Desk()
    error = {"code": "x", "detail": "y", "stage": "cut"} if end == "failed" else None

    desk.record(moved(1, done=5_000))
    desk.record(moved(2, done=5_000, was=5_000, status=end, **({"error": error} if error else {})))

    assert desk.types() == [EventType.RUN_PROGRESS, EventType.RUN_UPDATED]
    assert desk.log.events(USER)[-1].data["status"] == end


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_given_any_numbers_of_a_job_when_told_then_percentages_never_go_back(done: list[int]):
    """Not even where a row were to say less than before."""
    desk = Desk()
    for at, now in enumerate(done, 1):
        stage = {Stage.PLAN.value: {"started_at": "2026-03-01T12:00:00Z"}} if at % 3 == 0 else {}
        desk.record(moved(at, done=now, was=0, stages=stage))
        desk.now += PROGRESS_EVERY

    assert desk.percents() == sorted(desk.percents())


def test_given_the_next_run_of_a_video_when_told_then_its_percentages_are_its_own():
    desk = Desk()
    desk.record(moved(1, done=9_000))
    run = make_run(run_id="run-2", number=2)

    desk.record(
        Change(kind="runs", key="run-2", number="2", at=EPOCH, after=new_row(run)),
    )

    first, second = desk.log.events(USER)
    assert (first.data["run_id"], second.data["run_id"]) == ("run-1", "run-2")
    assert second.data["percent"] == 0.0


def test_given_a_video_that_is_deleted_when_its_things_go_then_only_its_receipt_tells():
    desk = Desk(videos=FakeGoneVideos({VIDEO}))
    segment = made(1)
    receipt = {
        "user_id": USER,
        "entry": "receipt#d",
        "deletion_id": "d",
        "video_id": VIDEO,
        "state": "deleting",
    }

    desk.record(
        replace(segment, before=segment.after, after=None),
        Change(kind="deletions", key="d", number="2", at=EPOCH, after=receipt),
    )

    assert desk.types() == [EventType.DELETION_UPDATED]
    (row,) = desk.log.rows[USER].values()
    assert not row.with_video


def test_given_one_row_changed_twice_in_a_batch_when_told_then_in_its_order():
    desk = Desk()
    run = make_run(status=RunStatus.QUEUED)
    begun = {**new_row(run), "status": "running"}

    desk.record(
        Change(kind="runs", key="r", number="99", at=EPOCH, after=new_row(run)),
        Change(kind="runs", key="r", number="100", at=EPOCH, before=new_row(run), after=begun),
    )

    assert desk.types() == [EventType.RUN_CREATED, EventType.RUN_UPDATED]
    assert to_plain(run)["status"] == "queued"
