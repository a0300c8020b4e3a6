"""What verdicts do to what comes later: little, and as it is documented."""

from __future__ import annotations

from functions.domain.moments.moment import MomentStatus
from functions.domain.moments.ranking import FEEDBACK_WEIGHT, select
from tests.builders import make_moment
from tests.unit.domain.moments.said import make_draft, say

SAID = say(
    "Bees live in boxes. Bees make honey. Honey is sold in jars.",
    "Bread needs flour. Bread needs time. Flour is milled from wheat.",
    "Honey on toast is best. Bees know it. Jars of honey sell well.",
    "Flour makes dough. Wheat grows in fields. Bread is baked.",
)


def _draft(first: int, last: int, score: float):
    words = SAID.words
    return make_draft(words[first].start, words[last].end, first=first, last=last, score=score)


BEES, BREAD, HONEY, WHEAT = (
    _draft(0, 11, 0.50),
    _draft(12, 22, 0.50),
    _draft(23, 35, 0.50),
    _draft(36, 45, 0.51),
)


def _moment(draft, status: MomentStatus):
    return make_moment(start=draft.start, end=draft.end, status=status)


def test_given_no_verdict_when_chosen_then_by_score_alone_and_no_part_is_added():
    chosen = select([BEES, HONEY, WHEAT], [], SAID, 3)

    assert chosen == [WHEAT, BEES, HONEY]


def test_given_an_accepted_moment_when_chosen_then_what_is_like_it_moves_up():
    kept = [_moment(BEES, MomentStatus.ACCEPTED)]

    chosen = select([BREAD, HONEY, WHEAT], kept, SAID, 3)

    assert chosen[0].start == HONEY.start
    assert chosen[0].parts["feedback"] > 0.5


def test_given_a_rejected_moment_when_chosen_then_what_is_like_it_moves_down():
    kept = [_moment(BREAD, MomentStatus.REJECTED)]

    chosen = select([HONEY, WHEAT], kept, SAID, 2)

    assert [one.start for one in chosen] == [HONEY.start, WHEAT.start]
    assert chosen[1].parts["feedback"] < 0.5


def test_given_any_verdicts_when_chosen_then_a_score_moves_by_no_more_than_its_share():
    kept = [_moment(BEES, MomentStatus.ACCEPTED), _moment(BREAD, MomentStatus.REJECTED)]

    for draft, judged in zip([HONEY], select([HONEY], kept, SAID, 1), strict=True):
        assert abs(judged.score - draft.score) <= FEEDBACK_WEIGHT


def test_given_a_kept_moment_when_chosen_then_nothing_overlaps_it():
    kept = [_moment(BEES, MomentStatus.ACCEPTED)]

    assert [one.start for one in select([BEES, BREAD], kept, SAID, 5)] == [BREAD.start]


def test_given_a_rejected_moment_when_chosen_then_the_same_does_not_come_back():
    kept = [_moment(BEES, MomentStatus.REJECTED)]
    nearly = _draft(4, 11, 0.9)

    assert select([BEES, nearly], kept, SAID, 5) == []


def test_given_more_than_asked_for_when_chosen_then_the_best_are():
    assert len(select([BEES, BREAD, HONEY, WHEAT], [], SAID, 2)) == 2
