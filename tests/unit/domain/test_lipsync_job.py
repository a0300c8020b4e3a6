"""States of lip-sync jobs, times at which they are looked at, regions of text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.lipsync.asked import TextRegion
from functions.domain.lipsync.generation import LipSyncModel
from functions.domain.lipsync.polling import LONGEST_WAIT, next_poll, patience
from functions.domain.lipsync.states import OVER, JobOverError, LipSyncStatus
from functions.domain.lipsync.text_regions import around, lasting, overlap
from tests.contract.test_lipsync_job_store import job
from tests.fakes.clock import EPOCH

ORDER = list(LipSyncStatus)
states = st.sampled_from(ORDER)
models = st.sampled_from(list(LipSyncModel))


@given(moves=st.lists(states, max_size=12))
def test_given_any_moves_when_made_then_a_job_goes_forward_only_and_ends_once(
    moves: list[LipSyncStatus],
):
    one = job("j")
    for at, to in enumerate(moves):
        before = one
        try:
            one = one.moved(to, EPOCH + timedelta(seconds=at))
        except JobOverError:
            assert before.over
            continue
        assert not before.over
        assert ORDER.index(one.status) >= ORDER.index(before.status)
        assert set(one.times) >= set(before.times)


@pytest.mark.parametrize("ended", sorted(OVER))
def test_given_a_job_that_is_over_when_changed_then_that_is_refused(ended: LipSyncStatus):
    one = replace(job("j"), status=ended)

    for change in (
        lambda: one.moved(LipSyncStatus.PROCESSING, EPOCH),
        lambda: one.submitted("g", EPOCH),
        lambda: one.waiting("t", EPOCH, EPOCH),
        lambda: one.ended(LipSyncStatus.FAILED, None, EPOCH),
    ):
        with pytest.raises(JobOverError):
            change()


@given(model=models, minutes=st.floats(0, 240), more=st.floats(0, 60))
def test_given_an_age_when_the_next_look_is_set_then_it_is_later_the_older_and_never_too_late(
    model: LipSyncModel, minutes: float, more: float
):
    now, later = (EPOCH + timedelta(minutes=one) for one in (minutes, minutes + more))

    wait, longer = next_poll(model, EPOCH, now) - now, next_poll(model, EPOCH, later) - later

    assert timedelta(seconds=4.9) < wait <= longer + timedelta(microseconds=2)
    assert longer <= timedelta(minutes=3)


@given(model=models, length=st.integers(0, 10**8))
def test_given_a_length_when_its_time_is_set_then_it_is_bounded_on_both_sides(
    model: LipSyncModel, length: int
):
    assert timedelta(minutes=30) <= patience(model, length) <= LONGEST_WAIT


shares = st.floats(0, 0.5, allow_subnormal=False)
sizes = st.floats(0.01, 0.5, allow_subnormal=False)
boxes = st.builds(TextRegion, x=shares, y=shares, width=sizes, height=sizes)


@given(one=boxes, other=boxes)
def test_given_two_boxes_when_compared_then_what_is_around_them_holds_both(
    one: TextRegion, other: TextRegion
):
    both = around(one, other)

    assert 0.0 <= overlap(one, other) <= 1.0
    assert overlap(one, one) == pytest.approx(1.0)
    for box in (one, other):
        assert both.x <= box.x
        assert both.y <= box.y
        assert both.x + both.width >= box.x + box.width - 1e-9


@given(seen=st.lists(st.lists(boxes, max_size=3), max_size=6))
def test_given_boxes_in_stills_when_joined_then_each_is_covered_while_it_is_seen(
    seen: list[list[TextRegion]],
):
    regions = lasting(seen, 1_000)

    for at, found in enumerate(seen):
        for box in found:
            assert any(
                region.x <= box.x + 1e-9
                and region.y <= box.y + 1e-9
                and region.x + region.width >= box.x + box.width - 1e-9
                and (region.start or 0) <= at * 1_000 < (region.end or 0)
                for region in regions
            )


def test_given_text_that_stays_when_joined_then_it_is_one_region_from_a_still_before_it():
    box = TextRegion(x=0.1, y=0.1, width=0.2, height=0.1)

    (region,) = lasting([[], [], [box], [box], []], 1_000)

    assert (region.start, region.end) == (1_000, 4_000)
