"""Events, and the one body in which they go out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.events.body import from_json, to_detail, to_json
from functions.domain.events.event import VERSIONS, Event, EventType, event_id_of

AT = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)


def event(**fields: object) -> Event:
    known: dict[str, object] = {
        "event_id": "e1",
        "user_id": "user-1",
        "sequence": 12,
        "type": EventType.SEGMENT_CREATED,
        "version": 1,
        "at": AT,
        "video_id": "v1",
        "subject_id": "s1",
        "data": {"status": "ready", "number": 3},
    }
    return Event(**{**known, **fields})  # type: ignore[arg-type]


def test_given_an_event_when_told_then_the_body_is_as_documented() -> None:
    assert to_json(event()) == {
        "id": "e1",
        "sequence": 12,
        "type": "segment.created",
        "version": 1,
        "at": "2026-11-21T12:00:00.250000Z",
        "video_id": "v1",
        "subject_id": "s1",
        "data": {"status": "ready", "number": 3},
    }


def test_given_an_event_when_told_to_its_user_then_the_user_is_not_in_it() -> None:
    assert "user_id" not in to_json(event())
    assert to_detail(event()) == {**to_json(event()), "user_id": "user-1"}


@given(
    st.sampled_from(list(EventType)),
    st.integers(min_value=1, max_value=2**53),
    st.none() | st.text(min_size=1),
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
)
def test_given_any_event_when_told_and_read_again_then_it_is_the_same(
    kind: EventType, sequence: int, video_id: str | None, data: dict[str, object]
) -> None:
    told = event(type=kind, sequence=sequence, video_id=video_id, data=data)

    assert from_json(json.loads(json.dumps(to_detail(told)))) == told
    assert from_json(json.loads(json.dumps(to_json(told))), "user-1") == told


@pytest.mark.parametrize("name", ["id", "sequence", "type", "version", "at", "subject_id", "data"])
def test_given_a_body_without_a_field_when_read_then_it_is_no_event(name: str) -> None:
    body = {key: value for key, value in to_detail(event()).items() if key != name}

    with pytest.raises(ValueError, match="no event"):
        from_json(body)


def test_given_an_unknown_type_when_read_then_it_is_no_event() -> None:
    with pytest.raises(ValueError, match="nobody"):
        from_json({**to_detail(event()), "type": "nobody.knows"})


def test_given_number_nought_when_made_then_it_is_no_event() -> None:
    with pytest.raises(ValueError, match="from 1"):
        event(sequence=0)


def test_given_a_naive_time_when_made_then_it_is_no_event() -> None:
    with pytest.raises(ValueError, match="aware"):
        event(at=AT.replace(tzinfo=None))


def test_given_a_change_told_twice_when_named_then_its_id_is_one() -> None:
    first = event_id_of("u", EventType.SEGMENT_CREATED, "shard-1", 17)

    assert first == event_id_of("u", EventType.SEGMENT_CREATED, "shard-1", 17)
    assert first != event_id_of("u", EventType.SEGMENT_CREATED, "shard-1", 18)
    assert first != event_id_of("other", EventType.SEGMENT_CREATED, "shard-1", 17)


def test_every_type_has_a_version() -> None:
    assert set(VERSIONS) == set(EventType)
