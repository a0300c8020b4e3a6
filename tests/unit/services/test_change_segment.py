from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.domain.errors import NotFoundError, PreconditionError, StaleWriteError
from functions.domain.segments.segment import Segment
from functions.services.segments import change_segment as service
from functions.services.segments.change_segment import (
    Words,
    change_segment,
    delete_segment,
    edit_segment,
)
from tests.builders import STRANGER, make_caller, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.segments import FakeSegmentStore

ME = make_caller()
MINE = make_segment(title="Old", tags=("a",))
ID = MINE.segment_id
LATER = EPOCH + timedelta(hours=1)
TITLE = Words(given=frozenset({"title"}), title="New")


class BusyStore(FakeSegmentStore):
    """Before each of the next writes somebody else does something."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []
        self.create(MINE)

    def save(self, before: Segment, after: Segment) -> Segment:
        self._disturb()
        return super().save(before, after)

    def delete(self, segment: Segment, now: datetime) -> None:
        self._disturb()
        super().delete(segment, now)

    def _disturb(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()

    def tagged(self, tag: str) -> None:
        """Somebody else adds a tag."""
        row = self.now()
        super().save(row, replace(row, tags=(*row.tags, tag)))

    def now(self) -> Segment:
        row = self.get(ID)
        assert row
        return row


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> BusyStore:
    monkeypatch.setattr(service, "pause", lambda _: None)
    return BusyStore()


def _edit(store: BusyStore, words: Words = TITLE, **more: object) -> Segment:
    return edit_segment(ME, ID, words, segments=store, now=LATER, **more)


def test_given_words_when_edited_then_only_those_that_are_given_change(store: BusyStore):
    edited = _edit(store, Words(given=frozenset({"tags"}), title="Not given", tags=("b",)))

    assert (edited.title, edited.tags, edited.updated_at) == ("Old", ("b",), LATER)


def test_given_the_same_words_when_edited_then_nothing_is_written(store: BusyStore):
    kept = _edit(store, Words(given=frozenset({"title", "tags"}), title="Old", tags=("a",)))

    assert (kept, store.writes) == (MINE, 1)


def test_given_writers_that_come_between_when_edited_then_it_is_repeated_and_nothing_is_lost(
    store: BusyStore,
):
    store.meanwhile = [lambda: store.tagged("c"), lambda: store.tagged("b")]

    _edit(store)

    assert (store.now().title, store.now().tags) == ("New", ("a", "b", "c"))


def test_given_a_writer_that_comes_between_when_edited_at_a_version_then_it_is_refused(
    store: BusyStore,
):
    store.meanwhile = [lambda: store.tagged("b")]

    with pytest.raises(PreconditionError) as refused:
        _edit(store, accepted=frozenset({1}))

    assert "version 2" in refused.value.detail
    assert (store.now().title, store.now().tags) == ("Old", ("a", "b"))


def test_given_a_writer_that_never_rests_when_edited_then_it_is_given_up(store: BusyStore):
    store.meanwhile = [lambda: store.tagged("b")] * 100

    with pytest.raises(StaleWriteError) as given_up:
        _edit(store)

    assert given_up.value.retryable
    assert store.now().title == "Old"


def test_given_a_deletion_that_comes_between_when_edited_then_there_is_none(store: BusyStore):
    store.meanwhile = [lambda: FakeSegmentStore.delete(store, store.now(), LATER)]

    with pytest.raises(NotFoundError):
        _edit(store)


def test_given_thirty_two_writers_when_each_adds_a_tag_then_all_are_there():
    store = FakeSegmentStore()
    store.create(replace(MINE, tags=()))

    def add(at: int) -> None:
        change_segment(ME, ID, lambda row: replace(row, tags=(*row.tags, f"t{at}")), segments=store)

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(add, range(32)))

    row = store.get(ID)
    assert row
    assert (set(row.tags), row.version) == ({f"t{at}" for at in range(32)}, 33)


@pytest.mark.parametrize("accepted", [None, frozenset({1}), frozenset({7, 1})])
def test_given_an_accepted_version_when_deleted_then_it_is_gone(
    store: BusyStore, accepted: frozenset[int] | None
):
    delete_segment(ME, ID, segments=store, now=LATER, accepted=accepted)

    assert store.get(ID) is None
    assert store.deleted(ID)


@pytest.mark.parametrize("accepted", [frozenset(), frozenset({2})])
def test_given_another_version_when_deleted_then_it_stays(
    store: BusyStore, accepted: frozenset[int]
):
    with pytest.raises(PreconditionError):
        delete_segment(ME, ID, segments=store, now=LATER, accepted=accepted)

    assert store.now() == MINE


def test_given_a_writer_that_comes_between_when_deleted_then_it_is_repeated(store: BusyStore):
    store.meanwhile = [lambda: store.tagged("b")]

    assert delete_segment(ME, ID, segments=store, now=LATER).version == 2
    assert store.get(ID) is None


def test_given_a_writer_that_comes_between_when_deleted_at_a_version_then_it_stays(
    store: BusyStore,
):
    store.meanwhile = [lambda: store.tagged("b")]

    with pytest.raises(PreconditionError):
        delete_segment(ME, ID, segments=store, now=LATER, accepted=frozenset({1}))

    assert store.now().tags == ("a", "b")


def test_given_a_writer_that_never_rests_when_deleted_then_it_is_given_up(store: BusyStore):
    store.meanwhile = [lambda: store.tagged("b")] * 100

    with pytest.raises(StaleWriteError):
        delete_segment(ME, ID, segments=store, now=LATER)


def test_given_a_stranger_when_they_change_it_then_they_learn_nothing(store: BusyStore):
    stranger = make_caller(STRANGER)

    for accepted in (None, frozenset({1}), frozenset({9})):
        with pytest.raises(NotFoundError):
            edit_segment(stranger, ID, TITLE, segments=store, now=LATER, accepted=accepted)
        with pytest.raises(NotFoundError):
            delete_segment(stranger, ID, segments=store, now=LATER, accepted=accepted)
