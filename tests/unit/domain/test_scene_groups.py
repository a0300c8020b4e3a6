from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analyses.scene_groups import Group, Verdict, judged

NOTHING, CHANGE, LOOK, LOOK_THROUGH = Verdict


def _groups(*rows: tuple[int, float | None, tuple[int, ...]]) -> list[Group]:
    """Length in milliseconds, how much its ends differ, and sizes beside a keyframe of 1,000."""
    groups, start = [], 0
    for length, change, sizes in rows:
        end = start + length
        groups.append(Group(start=start, end=end, change=change, key_size=1_000, sizes=sizes))
        start = end
    return groups


EVEN = (100,) * 20
SPIKE = (*EVEN, 600)


def test_given_ends_alike_and_even_packets_when_judged_then_nothing_is_decoded():
    assert judged(_groups((2_000, 2.0, EVEN), (2_000, 0.0, EVEN))) == [NOTHING, NOTHING]


def test_given_ends_alike_but_a_packet_that_stands_out_when_judged_then_it_is_looked_at():
    """There and back again within one group."""
    assert judged(_groups((2_000, 2.0, SPIKE), (2_000, 0.0, EVEN)))[0] is LOOK


def test_given_a_packet_as_large_as_a_keyframe_when_judged_then_it_is_looked_at():
    assert judged(_groups((2_000, 2.0, (700, 700, 700, 900)), (2_000, 0.0, EVEN)))[0] is LOOK


def test_given_full_groups_with_ends_that_differ_when_judged_then_they_are_looked_at():
    assert judged(_groups((2_000, 30.0, EVEN), (2_000, 30.0, EVEN), (2_000, 0.0, EVEN)))[:2] == [
        LOOK,
        LOOK,
    ]


def test_given_groups_opened_early_at_changes_when_judged_then_their_ends_are_changes():
    rows = [(4_000, 2.0, EVEN), *[(1_000, 30.0, EVEN)] * 5, (4_000, 0.0, EVEN)]

    assert judged(_groups(*rows)) == [NOTHING, *[CHANGE] * 5, NOTHING]


def test_given_groups_opened_early_at_no_changes_when_judged_then_none_is_trusted():
    rows = [(4_000, 2.0, EVEN), *[(1_000, 30.0, EVEN), (1_000, 2.0, EVEN)] * 3, (4_000, 0.0, EVEN)]

    assert CHANGE not in judged(_groups(*rows))


def test_given_an_unknown_end_when_judged_then_it_is_looked_through():
    assert judged(_groups((2_000, None, EVEN), (2_000, 0.0, EVEN)))[0] is LOOK_THROUGH


def test_given_something_in_a_group_opened_early_at_a_change_when_judged_then_it_is_decoded():
    rows = [
        (4_000, 2.0, EVEN),
        *[(1_000, 30.0, EVEN)] * 5,
        (1_000, 30.0, SPIKE),
        (4_000, 0.0, EVEN),
    ]

    assert judged(_groups(*rows))[-2] is LOOK_THROUGH


rows = st.tuples(
    st.integers(1, 10_000),
    st.none() | st.floats(0, 100),
    st.lists(st.integers(0, 100_000), max_size=20).map(tuple),
)


@given(st.lists(rows, max_size=10))
def test_given_any_groups_when_judged_then_each_has_one_verdict(
    found: list[tuple[int, float | None, tuple[int, ...]]],
):
    assert len(judged(_groups(*found))) == len(found)
