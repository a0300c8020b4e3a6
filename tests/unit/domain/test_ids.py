from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.ids import derived_id, fingerprint, new_id
from functions.domain.segments.segment import SegmentType, segment_id_of
from tests.fakes.clock import EPOCH


def test_given_a_moment_when_an_id_is_made_then_it_is_a_uuid_of_version_seven():
    made = uuid.UUID(new_id(EPOCH))

    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_given_a_moment_when_an_id_is_made_then_it_carries_the_moment_in_milliseconds():
    moment = EPOCH + timedelta(milliseconds=123)

    assert uuid.UUID(new_id(moment)).int >> 80 == round(moment.timestamp() * 1000)


def test_given_one_moment_when_many_ids_are_made_then_none_repeats():
    assert len({new_id(EPOCH) for _ in range(1_000)}) == 1_000


@given(
    st.datetimes(
        min_value=datetime(2000, 1, 1), max_value=datetime(4000, 1, 1), timezones=st.just(UTC)
    ),
    st.integers(min_value=2, max_value=10**9),
)
def test_given_a_later_moment_when_ids_are_made_then_the_later_one_sorts_after(
    moment: datetime, milliseconds: int
):
    later = moment + timedelta(milliseconds=milliseconds)

    assert new_id(moment) < new_id(later)


def test_given_the_same_parts_when_an_id_is_derived_then_it_is_the_same_in_every_version():
    # Stored rows carry these ids, so a change of the rule would double every segment.
    assert derived_id("segment", "v", 7) == "ff6b6038-eab6-5b39-83ee-b25f34f2473a"


def test_given_parts_that_join_to_the_same_text_when_ids_are_derived_then_they_differ():
    assert derived_id("ab", "c") != derived_id("a", "bc")


def test_given_another_kind_or_content_when_a_segment_is_named_then_the_id_is_another():
    named = {segment_id_of("v", kind, content) for content in ("p1", "p2") for kind in SegmentType}

    assert len(named) == 2 * len(SegmentType)


def test_given_the_same_values_when_fingerprinted_then_the_name_is_short_and_stable():
    assert fingerprint("fixed", 10_000) == fingerprint("fixed", 10_000) != fingerprint("fixed", 1)
    assert len(fingerprint("x")) == 20
