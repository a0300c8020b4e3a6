from __future__ import annotations

import pytest

from functions.domain.tiers import Tier
from functions.runtime.rate_limit import Allowance, spend
from tests.fakes.request_counts import FakeRequestCounts

MINUTE = 1_800_000_000
assert MINUTE % 60 == 0


def _spend(counts: FakeRequestCounts, at: float, user_id: str = "ada", limit: int = 3) -> Allowance:
    return spend(counts.hit, user_id, Tier.PRO, limit, clock=lambda: at)


def test_given_requests_within_the_limit_when_counted_then_none_is_refused():
    counts = FakeRequestCounts()

    made = [_spend(counts, MINUTE + at) for at in range(3)]

    assert [(one.spent, one.remaining) for one in made] == [(False, 2), (False, 1), (False, 0)]


def test_given_one_request_more_when_counted_then_it_is_refused_with_none_remaining():
    counts = FakeRequestCounts()
    made = [_spend(counts, MINUTE) for _ in range(5)]

    assert [one.spent for one in made] == [False, False, False, True, True]
    assert made[-1].remaining == 0


def test_given_the_next_minute_when_counted_then_all_are_there_again():
    counts = FakeRequestCounts()
    for _ in range(4):
        last = _spend(counts, MINUTE + 59.999)

    assert last.spent
    assert _spend(counts, MINUTE + 60).remaining == 2


@pytest.mark.parametrize(
    ("at", "reset"), [(0, 60), (0.9, 60), (1, 59), (30, 30), (59, 1), (59.999, 1)]
)
def test_given_a_moment_of_the_minute_when_counted_then_the_rest_of_it_is_told(
    at: float, reset: int
):
    # Whole seconds, rounded up: who waits as long as it says comes into the next minute.
    assert _spend(FakeRequestCounts(), MINUTE + at).reset == reset


def test_given_two_users_when_counted_then_neither_spends_the_other_s():
    counts = FakeRequestCounts()
    for _ in range(4):
        _spend(counts, MINUTE, "ada")

    assert _spend(counts, MINUTE, "bob").remaining == 2


def test_given_a_count_when_kept_then_it_outlives_its_minute():
    kept: list[int] = []

    def hit(_: str, expires_at: int) -> int:
        kept.append(expires_at)
        return 1

    spend(hit, "ada", Tier.FREE, 3, clock=lambda: MINUTE + 59)

    assert kept[0] >= MINUTE + 120


def test_given_an_allowance_when_told_then_by_the_draft_s_headers_and_by_the_older_three():
    told = Allowance(tier=Tier.PRO, limit=600, used=601, reset=7).headers()

    assert told == {
        "RateLimit-Policy": '"pro";q=600;w=60',
        "RateLimit": '"pro";r=0;t=7',
        "RateLimit-Limit": "600",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "7",
    }
