"""Places at the provider and the line before them: what holds for the table and for the fake."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.dynamo import lipsync_gate
from functions.adapters.dynamo.lipsync_gate import DynamoLipSyncGate
from functions.domain.lipsync.job_ports import LipSyncGate, Waiting
from tests.fakes.clock import EPOCH
from tests.fakes.lipsync import FakeLipSyncGate

UNTIL = EPOCH + timedelta(hours=1)


@pytest.fixture(params=["fake", "dynamodb"])
def gate(
    request: pytest.FixtureRequest,
    tables: dict[str, str],
    fresh: str,
    monkeypatch: pytest.MonkeyPatch,
) -> LipSyncGate:
    if request.param == "fake":
        return FakeLipSyncGate(places=2)
    monkeypatch.setattr(lipsync_gate, "_GATE", fresh)
    return DynamoLipSyncGate(tables["lipsync_gate"], 2)


def one(job_id: str, user_id: str = "anna", mark: str = "t") -> Waiting:
    return Waiting(job_id=job_id, user_id=user_id, task_token=f"{mark}-{job_id}")


def enter(gate: LipSyncGate, *names: str, user: str = "anna", after: int = 0) -> None:
    for at, name in enumerate(names, after):
        gate.enter(one(name, user), EPOCH + timedelta(seconds=at))


def given(gate: LipSyncGate) -> list[str]:
    """Those that are told of a place by this."""
    found = [waiting.job_id for waiting in gate.admit(EPOCH, UNTIL)]
    for name in found:
        gate.told(name)
    return sorted(found)


class TestLipSyncGate:
    def test_given_free_places_when_asked_for_then_they_are_given_and_no_more(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1", "2", "3")

        assert given(gate) == ["1", "2"]
        assert given(gate) == []
        assert sorted(gate.held(EPOCH)) == ["1", "2"]

    def test_given_a_place_that_is_given_back_when_asked_for_then_the_next_one_has_it(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1", "2", "3")
        given(gate)

        gate.leave("1")
        gate.leave("1")

        assert given(gate) == ["3"]

    def test_given_one_who_was_not_told_when_asked_again_then_he_is_named_again(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1")

        assert [waiting.job_id for waiting in gate.admit(EPOCH, UNTIL)] == ["1"]
        assert gate.admit(EPOCH, UNTIL) == [one("1")]
        gate.told("1")
        assert gate.admit(EPOCH, UNTIL) == []

    def test_given_a_place_that_was_not_left_in_time_when_asked_for_then_it_is_free(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1", "2", "3")
        given(gate)

        late = [waiting.job_id for waiting in gate.admit(UNTIL, UNTIL + timedelta(hours=1))]

        assert late == ["3"]
        assert gate.held(UNTIL) == ["3"]

    def test_given_two_users_when_one_has_many_jobs_then_the_other_does_not_wait_for_them(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, *"123456")
        given(gate)
        enter(gate, "b1", "b2", user="ben", after=10)
        order = []
        for name in ("1", "2", "3", "b1"):
            gate.leave(name)
            order += given(gate)

        assert order == ["3", "b1", "4", "b2"]

    def test_given_a_job_in_line_when_it_enters_again_then_it_keeps_its_turn_with_a_new_token(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1", "2", "3", "4")
        given(gate)
        gate.enter(one("3", mark="new"), EPOCH)
        gate.leave("1")

        assert gate.admit(EPOCH, UNTIL) == [one("3", mark="new")]

    def test_given_a_job_with_a_place_when_it_enters_again_then_it_is_told_by_its_new_token(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1")
        given(gate)

        gate.enter(one("1", mark="new"), EPOCH)

        assert gate.admit(EPOCH, UNTIL) == [one("1", mark="new")]
        assert gate.held(EPOCH) == ["1"]

    def test_given_a_job_in_line_when_it_leaves_then_its_turn_goes_to_the_next(
        self, gate: LipSyncGate
    ) -> None:
        enter(gate, "1", "2", "3", "4")
        given(gate)
        gate.leave("3")
        gate.leave("1")

        assert given(gate) == ["4"]

    def test_given_many_at_once_when_they_enter_and_leave_then_nobody_is_lost_or_there_twice(
        self, gate: LipSyncGate, request: pytest.FixtureRequest
    ) -> None:
        if isinstance(gate, FakeLipSyncGate):
            pytest.skip("The fake is for one thread.")
        names = [f"j{at:02d}" for at in range(24)]
        most: list[int] = []
        done: list[str] = []

        def go(name: str) -> Any:
            gate.enter(one(name, user_id=name[-1]), EPOCH)
            return gate.admit(EPOCH, UNTIL)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(go, names))
            while len(done) < len(names):
                held = gate.held(EPOCH)
                assert held
                most.append(len(held))
                done += held
                list(pool.map(gate.leave, held))
                gate.admit(EPOCH, UNTIL)

        assert max(most) <= 2
        assert sorted(done) == names
