from __future__ import annotations

import threading

import pytest

from functions.domain.errors import ConflictError, NotFoundError
from functions.services.segments.batches import THREADS, each


def test_given_items_that_end_out_of_order_when_acted_on_then_outcomes_are_as_they_were_sent():
    second_is_done = threading.Event()

    def act(at: int, item: str) -> str:
        if at == 0:
            assert second_is_done.wait(5)
        if at == 1:
            second_is_done.set()
        return f"{at}{item}"

    assert [outcome.result for outcome in each(["a", "b", "c"], act)] == ["0a", "1b", "2c"]


def test_given_a_refused_item_when_acted_on_then_its_error_is_its_own():
    def act(at: int, item: Exception | None) -> int:
        if item:
            raise item
        return at

    errors = [NotFoundError("x.not_found", "No."), ConflictError("x.busy", "Wait.")]
    outcomes = each([None, errors[0], None, errors[1]], act)

    assert [outcome.result for outcome in outcomes] == [0, None, 2, None]
    assert [outcome.error for outcome in outcomes] == [None, errors[0], None, errors[1]]


def test_given_a_fault_of_ours_when_acted_on_then_it_is_no_item_s_refusal():
    def act(_: int, item: int) -> float:
        return 1 / item

    with pytest.raises(ZeroDivisionError):
        each([1, 0], act)


def test_given_many_items_when_acted_on_then_some_are_at_once_and_not_all():
    now, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(THREADS, timeout=5)

    def act(at: int, _: None) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        if at < THREADS:
            together.wait()
        with lock:
            now -= 1

    each([None] * 100, act)

    assert most == THREADS


def test_given_nothing_when_acted_on_then_nothing_comes_out():
    assert each([], lambda at, _: at) == []
