"""Sums over posts and gains by day follow every write of a segment, or nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.domain.errors import StaleWriteError
from functions.domain.posts.post import Number, NumberState, Platform, Post, new_post
from tests.builders import make_segment
from tests.contract.counting import Counted, either, gain, save, started
from tests.fakes.clock import EPOCH

X, TIKTOK = Platform.X, Platform.TIKTOK
DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "dynamodb"])
def counted(request: pytest.FixtureRequest, tables: dict[str, str]) -> Counted:
    return either(request, tables)


def post(platform: Platform = X, name: str = "1", **changes: datetime) -> Post:
    return replace(new_post(platform, name, EPOCH), **changes)


class TestSegmentSocial:
    def test_given_a_post_of_which_nothing_is_told_when_it_is_linked_then_only_the_post_counts(
        self, counted: Counted, fresh: str
    ) -> None:
        save(counted, started(counted, fresh), post())

        (sums,) = counted.sums(fresh)

        assert (sums.platform, sums.posts, sums.synced_at) == (X, 1, None)
        assert set(sums.known.values()) == {0}
        assert counted.user_days(fresh) == []

    def test_given_posts_when_their_numbers_are_told_then_the_sums_are_by_platform(
        self, counted: Counted, fresh: str
    ) -> None:
        full = {"views": 100, "likes": 5, "shares": 3, "comments": 2}
        save(
            counted,
            started(counted, fresh),
            post(X, "1").told(full, EPOCH),
            post(X, "2").told({"views": 11}, EPOCH + DAY),
            post(TIKTOK, "1").told({"likes": 0}, EPOCH),
        )

        tiktok, x = counted.sums(fresh)

        assert (tiktok.posts, tiktok.known["likes"], tiktok.known["views"]) == (1, 1, 0)
        assert (x.posts, x.numbers["views"], x.known["views"]) == (2, 111, 2)
        assert (x.rated_views, x.rated_interactions) == (100, 10)
        assert x.synced_at == EPOCH + DAY

    def test_given_a_post_with_its_date_when_it_is_first_told_then_that_day_gains(
        self, counted: Counted, fresh: str
    ) -> None:
        segment = started(counted, fresh)
        dated = post(posted_at=EPOCH - 3 * DAY).told({"views": 40}, EPOCH)

        save(counted, segment, dated, post(name="2").told({"views": 2}, EPOCH))

        expected = [gain(-3, views=40), gain(0, views=2)]
        assert counted.user_days(fresh) == expected
        assert counted.segment_days(segment.segment_id) == expected

    def test_given_numbers_that_grow_and_shrink_when_they_are_told_then_each_day_has_its_change(
        self, counted: Counted, fresh: str
    ) -> None:
        segment = started(counted, fresh)
        one = post()
        for days, views in enumerate((10, 25, 24, 24)):
            one = one.told({"views": views, "likes": 1}, EPOCH + days * DAY)
            segment = save(counted, segment, one)

        assert counted.segment_days(segment.segment_id) == [
            gain(0, views=10, likes=1),
            gain(1, views=15),
            gain(2, lost={"views": 1}),
        ]
        assert counted.sums(fresh)[0].numbers["views"] == 24

    def test_given_posts_of_two_videos_when_they_gain_then_posts_segments_and_videos_add_up(
        self, counted: Counted, fresh: str
    ) -> None:
        one = save(
            counted,
            started(counted, fresh, 1),
            post().told({"views": 10}, EPOCH),
            post(name="2").told({"views": 7}, EPOCH + DAY),
        )
        one = save(counted, one, one.social_media_usage[0].told({"views": 4}, EPOCH + DAY))
        save(counted, started(counted, fresh, 2), post(name="3").told({"views": 1}, EPOCH))
        away = make_segment(user_id=fresh, video_id=f"{fresh}-other")
        counted.store.create(away)
        save(counted, away, post(name="4").told({"views": 100}, EPOCH))

        assert counted.post_days(one) == [gain(0, views=10), gain(1, lost={"views": 6})]
        assert counted.segment_days(one.segment_id) == [
            gain(0, views=10),
            gain(1, lost={"views": 6}, views=7),
        ]
        assert counted.video_days(one.video_id) == [
            gain(0, views=11),
            gain(1, lost={"views": 6}, views=7),
        ]
        assert counted.user_days(fresh) == [gain(0, views=111), gain(1, lost={"views": 6}, views=7)]
        (of_video,) = counted.counters.video_sums(one.video_id)
        assert (of_video.posts, of_video.numbers["views"]) == (2, 5)
        assert of_video.synced_at == EPOCH + DAY

    def test_given_numbers_that_nobody_can_tell_when_summed_up_then_each_says_why(
        self, counted: Counted, fresh: str
    ) -> None:
        failed = Number(value=3, state=NumberState.ERROR, at=EPOCH)
        save(
            counted,
            started(counted, fresh),
            replace(post(), likes=failed),
            replace(post(name="2"), likes=replace(failed, value=None)),
            post(Platform.YOUTUBE),
        )

        x, youtube = counted.sums(fresh)

        assert (x.known["likes"], x.states[NumberState.ERROR]["likes"]) == (1, 2)
        assert (x.posts, x.states[NumberState.NOT_YET]["views"]) == (2, 2)
        unsupported = youtube.states[NumberState.UNSUPPORTED]
        assert (unsupported["shares"], unsupported["views"]) == (1, 0)

    def test_given_two_segments_when_both_gain_then_the_user_has_the_sum_by_day_and_platform(
        self, counted: Counted, fresh: str
    ) -> None:
        for number, platform in enumerate((X, X, TIKTOK)):
            one = post(platform, str(number)).told({"views": 10 + number}, EPOCH)
            save(counted, started(counted, fresh, number), one)

        assert counted.user_days(fresh) == [
            gain(0, TIKTOK, views=12),
            gain(0, X, views=21),
        ]

    def test_given_numbers_that_are_told_as_they_were_when_they_are_saved_then_they_are_newer(
        self, counted: Counted, fresh: str
    ) -> None:
        one = post().told({"views": 10}, EPOCH)
        segment = save(counted, started(counted, fresh), one)

        save(counted, segment, one.told({"views": 10}, EPOCH + DAY))

        assert counted.sums(fresh)[0].synced_at == EPOCH + DAY
        assert counted.user_days(fresh) == [gain(0, views=10)]

    def test_given_a_post_that_is_told_nothing_new_when_it_is_edited_then_the_sums_are_as_new(
        self, counted: Counted, fresh: str
    ) -> None:
        old = save(counted, started(counted, fresh, 1), post().told({"views": 1}, EPOCH))
        save(counted, started(counted, fresh, 2), post(name="2").told({"views": 1}, EPOCH + DAY))

        (edited,) = (replace(one, post_url="https://x.com/1") for one in old.social_media_usage)
        save(counted, old, edited)

        assert counted.sums(fresh)[0].synced_at == EPOCH + DAY

    def test_given_a_segment_with_posts_when_it_is_deleted_then_the_sums_lose_them(
        self, counted: Counted, fresh: str
    ) -> None:
        save(counted, started(counted, fresh, 1), post().told({"views": 1}, EPOCH))
        kept = counted.sums(fresh)
        other = save(
            counted,
            started(counted, fresh, 2),
            post(name="2").told({"views": 500, "likes": 5}, EPOCH),
            post(TIKTOK).told({"views": 3}, EPOCH),
        )

        counted.store.delete(other, EPOCH)

        assert counted.sums(fresh) == kept

    def test_given_a_segment_that_moved_on_when_numbers_are_saved_then_none_of_them_count(
        self, counted: Counted, fresh: str
    ) -> None:
        read = started(counted, fresh)
        save(counted, read, post().told({"views": 1}, EPOCH))
        names = (read.user_id, read.video_id, read.segment_id)
        before = counted.everything(*names)

        with pytest.raises(StaleWriteError):
            save(counted, read, post().told({"views": 9}, EPOCH + DAY), post(TIKTOK))

        assert counted.everything(*names) == before

    def test_given_a_new_number_when_an_older_one_of_another_segment_is_told_then_it_stays_newest(
        self, counted: Counted, fresh: str
    ) -> None:
        views = {"views": 1}
        save(counted, started(counted, fresh), post(X, "1").told(views, EPOCH + DAY))
        save(counted, started(counted, fresh, 2), post(X, "2").told(views, EPOCH - DAY))

        (sums,) = counted.sums(fresh)

        assert sums.synced_at == EPOCH + DAY
