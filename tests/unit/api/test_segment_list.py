"""The caller's segments: every filter, every order, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.paging import Page
from functions.domain.posts.post import Platform, new_post
from functions.domain.segments.segment import SegmentType
from tests.builders import STRANGER, make_segment, make_video
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

LIST = "/api/segments"
HOUR = timedelta(hours=1)


def _library(world: World) -> None:
    """Four segments, told apart by their numbers; the third is a thumbnail with no words."""
    for row in (
        {"title": "The opening", "tags": ("intro", "müsic"), "duration": 10_000, "views": 40},
        {"title": "an ending", "description": "How it began", "tags": ("Interview",)}
        | {"duration": 20_000, "views": 30, "engagement_rate": 0.5},
        {"segment_type": SegmentType.THUMBNAIL},
        {"title": "Middle", "tags": ("intro", "interview"), "duration": 30_000, "views": 10}
        | {"video_id": "another", "engagement_rate": 0.25},
    ):
        at = len(world.segments.all()) + 1
        posts = {2: (Platform.YOUTUBE,), 4: (Platform.TIKTOK, Platform.X)}.get(at, ())
        usage = tuple(new_post(platform, "p", EPOCH) for platform in posts)
        made = {"created_at": EPOCH + at * HOUR, "file_size": (5 - at) * 100}
        whole = {"segment_number": at, "social_media_usage": usage, **made, **row}
        world.segments.add([make_segment(**whole)])


def _numbers(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.text
    return [item["segment_number"] for item in answer.json["items"]]


def _walk(client: Client, **query: str) -> list[int]:
    """All pages."""
    seen: list[int] = []
    while True:
        answer = client.get(LIST, query=query)
        seen += _numbers(answer)
        if answer.json["next_cursor"] is None:
            return seen
        query["cursor"] = answer.json["next_cursor"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"segment_type": "thumbnail"}, {3}),
        ({"video_id": "another"}, {4}),
        ({"min_duration": "20"}, {2, 4}),
        ({"max_duration": "20"}, {1, 2}),
        ({"min_duration": "19.999", "max_duration": "2e1"}, {2}),
        ({"min_duration": "20", "max_duration": "10"}, set()),
        ({"tags": "intro"}, {1, 4}),
        ({"tags": "INTERVIEW"}, {2, 4}),
        ({"tags": "mu\u0308sic"}, {1}),
        ({"tags": " müsic , Interview,"}, {1, 2, 4}),
        ([("tags", "müsic"), ("tags", "interview")], {1, 2, 4}),
        ({"tags": "intro,interview", "tags_match": "all"}, {4}),
        ([("tags", "intro"), ("tags", "interview"), ("tags_match", "all")], {4}),
        ({"tags": "int"}, set()),
        ({"has_social_media": "true"}, {2, 4}),
        ({"has_social_media": "false"}, {1, 3}),
        ({"platform": "youtube"}, {2}),
        ({"platform": "facebook"}, set()),
        ({"created_after": "2026-03-01T14:00:00Z"}, {2, 3, 4}),
        ({"created_after": "2026-03-01T16:00:00+02:00"}, {2, 3, 4}),
        ({"created_before": "2026-03-01T14:00:00Z"}, {1}),
        ({"created_after": "1970-01-01T00:00:00Z"}, {1, 2, 3, 4}),
        ({"created_before": "1970-01-01T00:00:00Z"}, set()),
        ({"created_before": "9998-12-31T23:59:59Z"}, {1, 2, 3, 4}),
        ({"q": "OPEN"}, {1}),
        ({"q": "began how"}, {2}),
        ({"q": "intro"}, {1, 4}),
        ({"q": "pening"}, set()),
        ({"q": "an, how"}, {2}),
        ({"q": ""}, {1, 2, 3, 4}),
        ({"q": "intro", "platform": "x", "min_duration": "1", "sort_by": "title"}, {4}),
    ],
)
def test_given_a_filter_when_listed_then_only_what_matches_is_there(
    client: Client, world: World, query: dict[str, str], expected: set[int]
):
    world.videos.create(make_video(video_id="another"))
    _library(world)

    assert set(_numbers(client.get(LIST, query=query))) == expected


@pytest.mark.parametrize(
    ("sort_by", "known", "unknown"),
    [
        ("created_at", [1, 2, 3, 4], []),
        ("duration", [1, 2, 4], [3]),
        ("file_size", [4, 3, 2, 1], []),
        ("title", [2, 4, 1], [3]),
        ("views", [4, 2, 1], [3]),
        ("engagement_rate", [4, 2], [1, 3]),
    ],
)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", ["1", "3", "100"])
def test_given_an_order_when_paged_through_then_each_comes_once_and_the_unknown_last(
    client: Client,
    world: World,
    sort_by: str,
    known: list[int],
    unknown: list[int],
    order: str,
    limit: str,
):
    _library(world)

    seen = _walk(client, sort_by=sort_by, sort_order=order, limit=limit)

    assert seen[: len(known)] == (known if order == "asc" else known[::-1])
    assert sorted(seen[len(known) :]) == unknown


def test_given_no_order_when_listed_then_the_newest_is_first(client: Client, world: World):
    _library(world)

    assert _numbers(client.get(LIST)) == [4, 3, 2, 1]


def test_given_segments_of_two_users_when_listed_then_each_sees_their_own(
    client: Client, world: World
):
    world.segments.add([make_segment(segment_number=1)])
    world.segments.add([make_segment(segment_number=2, user_id=STRANGER)])

    assert _numbers(client.get(LIST)) == [1]
    assert _numbers(client.stranger.get(LIST)) == [2]


def test_given_another_user_s_video_when_filtered_by_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World
):
    world.videos.create(make_video(video_id="theirs", user_id=STRANGER))

    foreign = client.get(LIST, query={"video_id": "theirs"})
    absent = client.get(LIST, query={"video_id": "none"})

    assert (foreign.status, foreign.code) == (404, "video.not_found")
    assert foreign.text == absent.text


def test_given_a_deleted_segment_when_listed_then_it_is_left_out(client: Client, world: World):
    _library(world)
    client.delete(f"{LIST}/{make_segment(segment_number=1).segment_id}")

    assert _numbers(client.get(LIST)) == [4, 3, 2]


def test_given_a_spent_read_budget_when_listed_then_the_page_says_so_and_can_be_gone_on_with(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    asked: list[object] = []
    place = {"user_id": "u", "created_at": "t", "segment_id": "s"}

    def search(query: object, *, limit: int, after: object) -> Page:
        asked.append(after)
        return Page((), place, cut_short=True)

    monkeypatch.setattr(world.segments, "search", search)

    answer = client.get(LIST, query={"q": "rare"})
    client.get(LIST, query={"q": "rare", "cursor": answer.json["next_cursor"]})

    assert (answer.json["items"], answer.json["partial"]) == ([], True)
    assert asked == [None, place]


@pytest.mark.parametrize("text", ["!!!", "🎬", "-"])
def test_given_a_text_without_words_when_sought_then_nothing_is_found(
    client: Client, world: World, text: str
):
    _library(world)

    assert _numbers(client.get(LIST, query={"q": text})) == []
