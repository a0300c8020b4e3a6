from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.extras import Extra
from functions.domain.runs.course import links, usual
from functions.domain.runs.stage import ALL_STAGES, STAGES, Stage, following, needed_by
from functions.domain.transcripts.options import NO_TRANSCRIPT, USUAL_TRANSCRIPT
from tests.builders import make_video

FRAME = {Stage.CLAIM, Stage.PROBE, Stage.FINISH}
SCENES = links(make_video(segmentation=Segmentation(mode=Mode.SCENES)))


def test_given_the_list_of_stages_when_read_then_every_stage_has_its_rule_in_the_same_order():
    assert tuple(STAGES) == ALL_STAGES
    assert all(rule.share > 0 for rule in STAGES.values())


@pytest.mark.parametrize("also", [{}, SCENES])
def test_given_the_list_of_stages_when_read_then_each_comes_after_what_it_is_made_of(also):
    for stage in Stage:
        for before in (*STAGES[stage].after, *also.get(stage, ())):
            assert ALL_STAGES.index(before) < ALL_STAGES.index(stage)


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ((), FRAME),
        ((Stage.FINISH,), FRAME),
        ((Stage.PROBE,), FRAME),
        ((Stage.HLS,), {*FRAME, Stage.HLS}),
        ((Stage.CUT,), {*FRAME, Stage.PLAN, Stage.CUT}),
        ((Stage.AUDIO,), {*FRAME, Stage.PLAN, Stage.CUT, Stage.AUDIO}),
    ],
)
def test_given_stages_when_asked_for_then_all_that_they_are_made_of_is_needed(asked, needed):
    assert set(needed_by(asked)) == needed


def test_given_a_cut_that_follows_the_picture_when_asked_for_then_the_look_is_needed():
    assert Stage.ANALYSIS in needed_by([Stage.CUT], SCENES)
    assert Stage.ANALYSIS not in needed_by([Stage.CUT])


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (Stage.CLAIM, set(Stage)),
        (Stage.PROBE, set(Stage) - {Stage.CLAIM}),
        (Stage.ANALYSIS, {Stage.ANALYSIS, Stage.FINISH}),
        (Stage.PLAN, {Stage.PLAN, Stage.CUT, Stage.AUDIO, Stage.FINISH}),
        (Stage.CUT, {Stage.CUT, Stage.AUDIO, Stage.FINISH}),
        (Stage.AUDIO, {Stage.AUDIO, Stage.FINISH}),
        (Stage.HLS, {Stage.HLS, Stage.FINISH}),
        (Stage.TRANSCRIPT, {Stage.TRANSCRIPT, Stage.MOMENTS, Stage.CLIPS, Stage.FINISH}),
        (Stage.MOMENTS, {Stage.MOMENTS, Stage.CLIPS, Stage.FINISH}),
        (Stage.FINISH, {Stage.FINISH}),
    ],
)
def test_given_a_stage_when_done_again_then_all_that_is_made_of_it_follows(first, found):
    assert set(following(first)) == found


def test_given_a_cut_that_follows_the_picture_when_looked_at_again_then_it_is_cut_again():
    assert set(following(Stage.ANALYSIS, SCENES)) == {
        Stage.ANALYSIS,
        Stage.PLAN,
        Stage.CUT,
        Stage.AUDIO,
        Stage.FINISH,
    }


@given(st.lists(st.sampled_from(Stage)), st.sampled_from([{}, SCENES]))
def test_given_any_stages_when_what_they_need_is_asked_again_then_nothing_is_added(asked, also):
    needed = needed_by(asked, also)

    assert needed_by(needed, also) == needed
    assert list(needed) == sorted(needed, key=ALL_STAGES.index)


@given(st.sampled_from(Stage), st.sampled_from(Stage), st.sampled_from([{}, SCENES]))
def test_given_two_stages_when_one_follows_from_the_other_then_it_needs_it(first, second, also):
    follows = second in following(first, also)
    needs = first in needed_by([second], also)

    assert follows == needs or first in FRAME or second in FRAME


@pytest.mark.parametrize("extras", [(), (Extra.HLS, Extra.CLIPS)])
def test_given_what_was_asked_for_when_a_run_is_made_then_only_that_is_gone_through(extras):
    made = make_video(extras=extras, transcription=USUAL_TRANSCRIPT if extras else NO_TRANSCRIPT)
    left = set(Stage) - set(usual(made))

    assert left == (set() if extras else {Stage.HLS, Stage.TRANSCRIPT, Stage.MOMENTS, Stage.CLIPS})
