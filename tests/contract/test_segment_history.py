"""What is kept of posts over time, and any sequence of writes held against counting it anew."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.aws import client
from functions.adapters.dynamo.items import encode_item
from functions.domain.posts.history import Gain
from functions.domain.posts.post import Platform, new_post
from functions.domain.segments.segment import SegmentType
from tests.builders import make_segment
from tests.contract.counting import (
    Counted,
    in_memory,
    in_tables,
    pages_of,
    save,
    snapshot_keys,
    started,
    told,
)
from tests.fakes.clock import EPOCH

DAY = timedelta(days=1)
NUMBERS = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 50) for name in ("views", "likes", "comments")}
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tell", "tell", "tell", "unlink", "resize", "delete"]),
        st.integers(0, 2),
        st.sampled_from([(Platform.X, "1"), (Platform.X, "2"), (Platform.YOUTUBE, "1")]),
        NUMBERS,
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def kept(tables: dict[str, str]) -> Counted:
    return in_tables(tables)


class TestSegmentHistory:
    def test_given_a_post_when_it_is_told_again_and_again_then_each_telling_is_kept(
        self, kept: Counted, tables: dict[str, str], fresh: str
    ) -> None:
        segment = started(kept, fresh)
        for days in range(3):
            segment = save(kept, segment, told(5, days))

        found = snapshot_keys(tables["snapshots"], segment.segment_id)

        assert [at[:10] for _, at in found] == ["2026-03-01", "2026-03-02", "2026-03-03"]

    def test_given_years_of_days_over_several_pages_when_some_are_asked_for_then_all_those_come(
        self, kept: Counted, tables: dict[str, str], fresh: str
    ) -> None:
        days = [date(2024, 1, 1) + timedelta(days=at) for at in range(900)]
        rows = [
            {
                "counter_of": f"user#{fresh}",
                "counter_name": f"day#{day.isoformat()}#{platform}",
                "views": day.toordinal(),
            }
            for day in days
            for platform in (Platform.TIKTOK, Platform.X)
        ]
        for start in range(0, len(rows), 25):
            puts = [{"PutRequest": {"Item": encode_item(row)}} for row in rows[start : start + 25]]
            client("dynamodb").batch_write_item(RequestItems={tables["counters"]: puts})
        started(kept, fresh)

        with pages_of(100):
            found = kept.counters.user_days(fresh, days[10], days[800])

        assert found == [
            Gain(platform=platform, day=day, numbers={"views": day.toordinal()})
            for day in days[10:801]
            for platform in (Platform.TIKTOK, Platform.X)
        ]

    @settings(max_examples=40)
    @given(steps=STEPS)
    def test_given_any_writes_when_they_are_counted_then_it_is_as_counting_anew(
        self, kept: Counted, steps: list[tuple[Any, ...]]
    ) -> None:
        user_id, plain = uuid.uuid4().hex, in_memory()
        for counted in (kept, plain):
            live = {number: started(counted, user_id, number) for number in range(3)}
            gone = []
            for at, (act, number, key, numbers, days, dated) in enumerate(steps):
                if (segment := live.get(number)) is None:
                    continue
                if act == "delete":
                    gone.append(live.pop(number))
                    counted.store.delete(segment, EPOCH)
                elif act == "resize":
                    live[number] = counted.store.save(segment, replace(segment, file_size=at))
                else:
                    posts = {one.key: one for one in segment.social_media_usage}
                    one = posts.pop(key, new_post(*key, EPOCH))
                    if act == "tell":
                        posted_at = datetime(2026, 2, 1, tzinfo=UTC) if dated else None
                        one = replace(one, posted_at=posted_at)
                        posts[key] = one.told(numbers, EPOCH + days * DAY)
                    live[number] = save(counted, segment, *posts.values())
            for segment in gone[::2]:
                counted.store.forget(segment)

        assert _moved(kept, user_id) == _moved(plain, user_id)


def _moved(counted: Counted, user_id: str) -> list[Any]:
    """All that is counted, but for when: what was told last may be deleted since."""
    ids = [
        make_segment(
            video_id=f"{user_id}-video", segment_number=number, segment_type=kind
        ).segment_id
        for number, kind in enumerate(list(SegmentType)[:3])
    ]
    found = counted.everything(user_id, f"{user_id}-video", *ids)
    for at in (2, 4):
        found[at] = [replace(sums, synced_at=None) for sums in found[at]]
    return found
