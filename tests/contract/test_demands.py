"""Looks that users ask for: the tables beside their fakes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.dynamo.budgets import DynamoBudgets
from functions.adapters.dynamo.demands import DynamoDemands
from functions.domain.platforms.budgets import Limit
from functions.domain.platforms.demands import COUNTS, Demand, Demands, DemandState
from functions.domain.platforms.syncing import Budgets
from functions.domain.platforms.windows import minutes
from functions.domain.posts.post import Platform
from tests.fakes.clock import EPOCH
from tests.fakes.social import FakeBudgets, FakeDemands

HOUR = timedelta(hours=1)
TOLD = dict.fromkeys(COUNTS, 0) | {"read": 3}


@pytest.fixture(params=["fake", "dynamodb"])
def demands(request: pytest.FixtureRequest, tables: dict[str, str]) -> Demands:
    return FakeDemands() if request.param == "fake" else DynamoDemands(tables["syncs"])


@pytest.fixture(params=["fake", "dynamodb"])
def budgets(request: pytest.FixtureRequest, tables: dict[str, str], fresh: str) -> Budgets:
    """Of ten calls and a hundred posts an hour, under names of this test's own."""
    limits = {
        Platform.X: (
            Limit(name=f"calls-{fresh}", units=10, window=lambda now: minutes(now, 60)),
            Limit(
                name=f"reads-{fresh}",
                units=100,
                window=lambda now: minutes(now, 60),
                by_post=True,
            ),
        ),
        Platform.FACEBOOK: (),
    }
    if request.param == "fake":
        return FakeBudgets(limits)
    return DynamoBudgets(tables["budgets"], limits)


def _demand(fresh: str) -> Demand:
    return Demand(user_id=fresh, sync_id="s1", asked_at=EPOCH, most=4)


def _known(demands: Demands, fresh: str) -> Demand:
    found = demands.get(fresh, "s1")
    assert found is not None
    return found


class TestDemands:
    def test_given_a_demand_when_created_twice_then_the_first_stays(
        self, demands: Demands, fresh: str
    ) -> None:
        demands.create(_demand(fresh))
        demands.create(replace(_demand(fresh), most=9))

        assert _known(demands, fresh) == _demand(fresh)
        assert demands.get(f"{fresh}-other", "s1") is None

    def test_given_a_demand_when_planned_twice_then_the_first_plan_stays(
        self, demands: Demands, fresh: str
    ) -> None:
        demands.create(_demand(fresh))
        planned = replace(_demand(fresh), batches=2, posts=5, left_out=1)

        demands.planned(planned)
        demands.planned(replace(planned, batches=7))

        assert _known(demands, fresh) == planned
        assert _known(demands, fresh).state(EPOCH) is DemandState.RUNNING

    def test_given_batches_when_they_tell_then_each_counts_once_and_the_last_one_ends_it(
        self, demands: Demands, fresh: str
    ) -> None:
        demands.create(_demand(fresh))
        demands.planned(replace(_demand(fresh), batches=2, posts=5))

        for batch in ("0", "0", "1"):
            demands.tell(fresh, "s1", batch, TOLD)

        assert _known(demands, fresh).count("read") == 6
        assert _known(demands, fresh).state(EPOCH) is DemandState.DONE

    def test_given_batches_that_tell_at_once_when_read_then_none_is_lost(
        self, demands: Demands, fresh: str
    ) -> None:
        demands.create(_demand(fresh))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda at: demands.tell(fresh, "s1", str(at), TOLD), range(8)))

        assert _known(demands, fresh).count("read") == 24

    @pytest.mark.parametrize(
        "late",
        [
            lambda kept, one: kept.planned(replace(one, batches=1)),
            lambda kept, one: kept.tell(one.user_id, one.sync_id, "0", TOLD),
        ],
    )
    def test_given_a_demand_that_is_gone_when_told_of_then_it_does_not_come_back(
        self, demands: Demands, fresh: str, late: Callable[[Demands, Demand], None]
    ) -> None:
        late(demands, _demand(fresh))

        assert demands.get(fresh, "s1") is None


class TestUsersHours:
    def test_given_an_hour_when_it_is_granted_from_then_no_more_than_it_holds(
        self, budgets: Budgets, fresh: str
    ) -> None:
        granted = [budgets.grant(fresh, 4, 10, EPOCH) for _ in range(4)]

        assert [calls for calls, _ in granted] == [4, 4, 2, 0]
        assert {until for _, until in granted} == {minutes(EPOCH, 60).ends}
        assert budgets.grant(fresh, 4, 10, EPOCH + HOUR)[0] == 4
        assert budgets.grant(f"{fresh}-other", 4, 10, EPOCH)[0] == 4

    def test_given_twenty_who_ask_at_once_when_granted_then_the_hour_is_never_crossed(
        self, budgets: Budgets, fresh: str
    ) -> None:
        with ThreadPoolExecutor(20) as pool:
            told = list(pool.map(lambda _: budgets.grant(fresh, 1, 10, EPOCH)[0], range(20)))

        assert 1 <= sum(told) <= 10
        # Whoever was refused by the crowd has what is left.
        assert sum(told) + budgets.grant(fresh, 10, 10, EPOCH)[0] == 10

    def test_given_calls_and_posts_when_used_then_the_scarcer_share_is_told(
        self, budgets: Budgets
    ) -> None:
        assert budgets.used(Platform.X, EPOCH) == 0
        budgets.take(Platform.X, 50, EPOCH)
        assert budgets.used(Platform.X, EPOCH) == 0.5

        budgets.charge(Platform.X, 7, EPOCH)

        assert budgets.used(Platform.X, EPOCH) == 0.8
        assert budgets.used(Platform.X, EPOCH + HOUR) == 0

    def test_given_a_platform_that_tells_its_limits_itself_when_asked_then_none_are_counted(
        self, budgets: Budgets
    ) -> None:
        assert budgets.take(Platform.FACEBOOK, 50, EPOCH) is None
        budgets.charge(Platform.FACEBOOK, 3, EPOCH)

        assert budgets.used(Platform.FACEBOOK, EPOCH) == 0
        assert budgets.left(Platform.FACEBOOK, EPOCH) is None
