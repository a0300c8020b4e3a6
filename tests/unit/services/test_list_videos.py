from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.paging import Page, Position
from functions.domain.video import Video, VideoStatus
from functions.services.list_videos import READS, list_videos
from tests.builders import STRANGER, make_caller, make_video
from tests.fakes.clock import EPOCH
from tests.fakes.videos import FakeVideoStore

ME = make_caller()


class CountedStore(FakeVideoStore):
    reads = 0

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[Video]:
        self.reads += 1
        return super().of_user(user_id, limit=limit, after=after)


def _store(pattern: str) -> CountedStore:
    """Newest first: `v` is a video, `x` an upload that was given up."""
    store = CountedStore()
    for at, kind in enumerate(pattern):
        status = VideoStatus.ABORTED if kind == "x" else VideoStatus.QUEUED
        created = EPOCH - timedelta(minutes=at)
        store.create(make_video(video_id=f"{at:03d}", status=status, created_at=created))
    return store


def _ids(page: Page[Video]) -> list[int]:
    return [int(video.video_id) for video in page.items]


def test_given_aborted_uploads_between_when_listed_then_the_page_is_full():
    page = list_videos(ME, _store("vxxvxv" + "v" * 5), limit=4, after=None)

    assert (_ids(page), page.cut_short) == ([0, 3, 5, 6], False)
    assert page.next


def test_given_no_more_than_fits_when_listed_then_there_is_no_next_page():
    page = list_videos(ME, _store("vxv"), limit=2, after=None)

    assert (_ids(page), page.next, page.cut_short) == ([0, 2], None, False)


def test_given_nothing_but_aborted_uploads_when_listed_then_the_end_is_told():
    page = list_videos(ME, _store("xxxx"), limit=2, after=None)

    assert (page.items, page.next, page.cut_short) == ((), None, False)


def test_given_aborted_uploads_without_end_when_listed_then_the_reads_are_bounded():
    store = _store("v" + "x" * 100 + "v")

    page = list_videos(ME, store, limit=2, after=None)

    assert (_ids(page), page.cut_short, store.reads) == ([0], True, READS)
    assert page.next


def test_given_another_user_s_videos_when_listed_then_they_are_not_there():
    store = _store("v")
    store.create(make_video(video_id="999", user_id=STRANGER))

    assert _ids(list_videos(ME, store, limit=9, after=None)) == [0]


@given(pattern=st.text("vx", max_size=40), limit=st.integers(1, 7))
def test_given_any_videos_when_paged_through_then_each_comes_once_in_order_on_full_pages(
    pattern: str, limit: int
):
    store, after, seen = _store(pattern), None, []
    while True:
        page = list_videos(ME, store, limit=limit, after=after)
        seen += _ids(page)
        if page.next is None:
            break
        assert len(page.items) == limit or page.cut_short
        after = page.next

    assert seen == [at for at, kind in enumerate(pattern) if kind == "v"]
