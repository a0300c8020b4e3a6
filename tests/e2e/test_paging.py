"""Lists page by page: everything once, and a cursor is good for its own list only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.outcome import EACH_TWO_SECONDS
from tests.media import odd
from tests.support.cloud import Cloud


def _walk(cloud: Cloud, path: str, limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    mark = "&" if "?" in path else "?"
    while cursor is not None:
        page = cloud.call("GET", f"{path}{mark}limit={limit}{cursor}")
        assert page.status == 200, page.body
        assert len(page.json["items"]) <= limit
        items += page.json["items"]
        cursor = f"&cursor={page.json['next_cursor']}" if page.json["next_cursor"] else None
    return items


def _cursor(cloud: Cloud, path: str) -> str:
    """The cursor after the first item."""
    cursor = cloud.call("GET", f"{path}?limit=1").json["next_cursor"]
    assert cursor
    return str(cursor)


@pytest.fixture(scope="module")
def mine(cloud: Cloud) -> Cloud:
    """Lists to which no other test adds."""
    return cloud.alone()


@pytest.fixture(scope="module")
def video_id(mine: Cloud, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video of nine segments."""
    source = odd.tiny(tmp_path_factory.mktemp("paged") / "paged.mp4")
    uploaded = mine.upload(source, options=EACH_TWO_SECONDS)
    assert mine.finished(uploaded)["status"] == "ready"
    return uploaded


def test_given_videos_when_they_are_listed_one_by_one_then_each_comes_once_newest_first(
    mine: Cloud,
) -> None:
    made = [mine.announce(1000)["video_id"] for _ in range(3)]

    walked = [row["video_id"] for row in _walk(mine, "/api/videos", 1)]

    assert len(walked) == len(set(walked))
    assert [one for one in walked if one in made] == made[::-1]


def test_given_an_upload_that_was_given_up_when_videos_are_listed_one_by_one_then_it_is_left_out(
    mine: Cloud,
) -> None:
    older, gone, newer = (mine.announce(1000) for _ in range(3))
    mine.call("DELETE", gone["complete_url"])

    walked = [row["video_id"] for row in _walk(mine, "/api/videos", 1)]

    assert {older["video_id"], newer["video_id"]} <= set(walked)
    assert gone["video_id"] not in walked


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_given_segments_when_they_are_listed_page_by_page_then_each_comes_once_in_order(
    mine: Cloud, video_id: str, limit: int
) -> None:
    rows = _walk(mine, f"/api/videos/{video_id}/segments", limit)

    seen = [(row["segment_type"], row["segment_number"]) for row in rows]
    processed = [("processed", number) for number in (1, 2, 3)]
    thumbnails = [("thumbnail", number) for number in (0, 1, 2, 3)]
    assert seen == [("audio", 0), ("original", 0), *processed, *thumbnails]


def test_given_one_type_when_segments_are_listed_one_by_one_then_only_that_type_comes(
    mine: Cloud, video_id: str
) -> None:
    rows = _walk(mine, f"/api/videos/{video_id}/segments?segment_type=processed", 1)

    assert [row["segment_number"] for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("cursor", ["", "abc", "%F0%9F%98%80", "AAAA" * 20, "AAA%3D%3D%3D"])
def test_given_a_made_up_cursor_when_it_is_used_then_it_is_refused(
    mine: Cloud, cursor: str
) -> None:
    answer = mine.call("GET", f"/api/videos?cursor={cursor}")

    assert (answer.status, answer.json["code"]) == (422, "request.invalid_cursor")
    assert [row["pointer"] for row in answer.json["errors"]] == ["/cursor"]


def test_given_a_cursor_of_another_list_when_it_is_used_then_it_is_refused(
    cloud: Cloud, mine: Cloud, video_id: str
) -> None:
    mine.announce(1000)
    of_videos = _cursor(mine, "/api/videos")
    of_segments = _cursor(mine, f"/api/videos/{video_id}/segments")

    answers = [
        mine.call("GET", f"/api/videos/{video_id}/segments?cursor={of_videos}"),
        mine.call("GET", f"/api/videos?cursor={of_segments}"),
        cloud.call("GET", f"/api/videos?cursor={of_videos}"),
        mine.call(
            "GET",
            f"/api/videos/{video_id}/segments?segment_type=audio&cursor={of_segments}",
        ),
    ]

    refused = [(answer.status, answer.json["code"]) for answer in answers]
    assert refused == [(422, "request.invalid_cursor")] * 4


@pytest.mark.parametrize("limit", ["0", "-1", "101", "ten", "1.5", "NaN"])
def test_given_a_limit_out_of_range_when_a_list_is_asked_for_then_it_is_refused(
    mine: Cloud, limit: str
) -> None:
    answer = mine.call("GET", f"/api/videos?limit={limit}")

    assert (answer.status, answer.json["code"]) == (422, "request.invalid")
    assert [row["pointer"] for row in answer.json["errors"]] == ["/limit"]
