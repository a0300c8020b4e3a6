from __future__ import annotations

import re

import pytest

from functions.domain.errors import MediaError, TooLargeError
from functions.domain.tiers import Tier, TierLimits, tier_of

LIMITS = TierLimits(max_bytes=1_000, max_duration=60_000)


@pytest.mark.parametrize(
    ("groups", "tier"),
    [
        ([], Tier.FREE),
        (["beta-testers"], Tier.FREE),
        (["free"], Tier.FREE),
        (["pro"], Tier.PRO),
        (["free", "pro"], Tier.PRO),
        (["pro", "enterprise", "free"], Tier.ENTERPRISE),
        (["PRO"], Tier.FREE),
    ],
)
def test_given_groups_when_a_tier_is_chosen_then_it_is_the_highest(groups: list[str], tier: Tier):
    assert tier_of(groups) is tier


def test_given_a_file_of_just_the_limit_when_checked_then_it_passes():
    LIMITS.check_size(1_000)
    LIMITS.check_duration(60_000)


def test_given_a_byte_too_many_when_checked_then_both_numbers_are_named():
    with pytest.raises(TooLargeError, match=r"1001 bytes.*1000") as caught:
        LIMITS.check_size(1_001)

    assert caught.value.code == "upload.too_large"


def test_given_a_video_that_is_too_long_when_checked_then_it_is_refused():
    with pytest.raises(MediaError) as caught:
        LIMITS.check_duration(60_001)

    assert caught.value.code == "media.too_long"


def test_given_a_video_just_above_the_limit_when_refused_then_the_two_lengths_are_told_apart():
    # "lasts 60 s; your tier allows 60 s" would tell nobody anything.
    with pytest.raises(MediaError) as caught:
        LIMITS.check_duration(60_400)

    lasts, allowed = re.findall(r"([\d.]+) s", caught.value.detail)
    assert float(lasts) > float(allowed)
