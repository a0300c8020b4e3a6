from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analyses.scene_packets import (
    Packet,
    Stretch,
    evened,
    groups_of,
    left_out,
    missed,
    on_the_clock,
    spans_of,
)
from functions.domain.analyses.scene_scores import Picture

P, B = True, False
TICK = 40


def _packets(*rows: tuple[int, int, bool], keys: tuple[int, ...] = (0,)) -> list[Packet]:
    """Place in the order of showing, bytes, whether others are decoded from it."""
    return [
        Packet(
            at=shown * TICK,
            decoded=float(place * TICK),
            size=size,
            key=place in keys,
            reference=reference,
        )
        for place, (shown, size, reference) in enumerate(rows)
    ]


def _stretch(packets: list[Packet], *, through: bool = False) -> Stretch:
    groups = list(groups_of(packets))
    return Stretch(groups, [through] * len(groups))


def _kept(stretch: Stretch) -> list[int]:
    """Places in the order of showing."""
    out = left_out(stretch)
    pairs = zip(stretch.packets, out, strict=True)
    return sorted(packet.at // TICK for packet, gone in pairs if not gone)


EVEN = [(0, 1_000, P), (2, 100, P), (1, 50, B), (4, 100, P), (3, 50, B), (6, 100, P), (5, 50, B)]


def test_given_even_packets_when_left_out_then_only_what_others_need_is_decoded():
    assert _kept(_stretch(_packets(*EVEN))) == [0, 2, 4, 6]


def test_given_a_packet_that_steps_up_when_left_out_then_those_shown_before_it_are_decoded_too():
    rows = [*EVEN[:3], (4, 300, P), (3, 50, B), *EVEN[5:]]

    assert {3, 4} <= set(_kept(_stretch(_packets(*rows))))


def test_given_a_packet_that_stands_out_when_left_out_then_what_follows_it_is_not_decoded():
    rows = [*EVEN[:3], (4, 900, P), (3, 50, B), *EVEN[5:]]

    assert _kept(_stretch(_packets(*rows))) == [0, 2, 3, 4]


def test_given_a_group_needed_through_when_left_out_then_it_is_decoded_to_its_end():
    rows = [*EVEN[:3], (4, 900, P), (3, 50, B), *EVEN[5:]]

    assert 6 in _kept(_stretch(_packets(*rows), through=True))


def test_given_pictures_shown_before_the_next_keyframe_when_its_group_is_cut_short_then_they_go():
    """They are decoded after that keyframe, from what is not there."""
    rows = [*EVEN[:3], (4, 900, P), (3, 50, B), (6, 100, P), (8, 1_000, P), (7, 50, P)]

    assert 7 not in _kept(_stretch(_packets(*rows, keys=(0, 6))))


def test_given_a_gap_when_looked_at_closer_then_it_is_decoded_with_what_it_needs():
    packets = _packets(*EVEN)
    stretch = _stretch(packets)

    kept = [
        p.at // TICK for p, out in zip(packets, stretch.closer([(80, 160)]), strict=True) if not out
    ]

    assert sorted(kept) == [0, 2, 3, 4, 6]


def test_given_a_change_across_what_was_left_out_when_asked_then_it_was_missed():
    seen = [Picture(0, 0), Picture(80, 30.0), Picture(120, 1.0), Picture(160, 1.0)]

    assert missed(seen, [0, 40, 80, 120, 160]) == [(0, 80)]


def test_given_a_change_between_neighbours_when_asked_then_nothing_was_missed():
    seen = [Picture(0, 0), Picture(40, 30.0), Picture(120, 2.0)]

    assert missed(seen, [0, 40, 80, 120]) == []


def test_given_pictures_left_out_when_evened_then_each_step_has_its_share():
    seen = [Picture(0, 0), Picture(120, 6.0)]

    assert evened(seen, [0, 40, 80, 120])[1].change == 2.0


def test_given_a_rounded_clock_when_set_right_then_pictures_have_the_times_of_packets():
    assert [one.at for one in on_the_clock([Picture(39, 0), Picture(81, 0)], [0, 40, 80])] == [
        40,
        80,
    ]


coded = st.lists(
    st.tuples(st.integers(1, 100_000), st.booleans(), st.booleans()), min_size=1, max_size=60
)


@given(coded, st.booleans())
def test_given_any_packets_when_spans_are_made_then_they_hold_just_what_is_left_out(
    rows: list[tuple[int, bool, bool]], through: bool
):
    packets = [
        Packet(
            at=n * TICK,
            decoded=n * TICK,
            size=size,
            key=key or not n,
            reference=key or ref or not n,
        )
        for n, (size, key, ref) in enumerate(rows)
    ]
    out = left_out(_stretch(packets, through=through))

    spans = spans_of(packets, out)

    assert [any(a <= p.decoded <= b for a, b in spans) for p in packets] == out
    assert not any(gone for p, gone in zip(packets, out, strict=True) if p.key)
