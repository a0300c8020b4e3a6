"""Numbers of posts by the platforms' contracts: full answers, partial ones, and odd ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.domain.platforms.errors import RateLimitedError
from functions.domain.platforms.grouping import POSTS_IN_A_CALL
from functions.domain.platforms.readings import PostReading, PostRef, PostState, Told
from functions.domain.posts.post import METRICS, NumberState, Platform
from infra.local.simulators.social.server import DRIP_S, SLOW_S
from tests.contract.social_lab import COUNTS, Lab, lab

each_platform = pytest.mark.parametrize("platform", list(Platform))
OK, UNSUPPORTED, NOT_YET = NumberState.OK, NumberState.UNSUPPORTED, NumberState.NOT_YET


@pytest.fixture
def world() -> Iterator[Lab]:
    with lab() as made:
        yield made


def _id(platform: Platform, number: int) -> str:
    """Such as the platform gives."""
    plain = f"17{number:08}"
    return {Platform.FACEBOOK: f"1000_{plain}", Platform.YOUTUBE: f"yt{number:09}"}.get(
        platform, plain
    )


def _values(reading: PostReading) -> dict[str, int | None]:
    return {metric: told.value for metric, told in reading.numbers.items()}


def _states(reading: PostReading) -> dict[str, NumberState]:
    return {metric: told.state for metric, told in reading.numbers.items()}


@each_platform
def test_given_a_full_batch_when_read_then_it_is_one_call_and_every_number_is_there(
    world: Lab, platform: Platform
):
    ids = [_id(platform, number) for number in range(POSTS_IN_A_CALL[platform])]
    for one in ids:
        world.put(platform, one)

    found = world.read(platform, *ids)

    assert [one.post_id for one in found.readings] == ids
    assert {one.state for one in found.readings} == {PostState.READ}
    assert found.calls == len(world.calls(platform)) == 1
    shares = {Platform.YOUTUBE: None, Platform.X: 5}.get(platform, 4)
    expected = {"views": 1_204, "likes": 88, "comments": 7, "shares": shares}
    assert all(_values(one) == expected for one in found.readings)


@each_platform
def test_given_a_post_too_many_when_read_then_nothing_is_asked(world: Lab, platform: Platform):
    ids = [_id(platform, number) for number in range(POSTS_IN_A_CALL[platform] + 1)]

    with pytest.raises(ValueError, match=r"takes \d+"):
        world.read(platform, *ids)

    assert world.calls(platform) == []


@each_platform
def test_given_posts_that_are_gone_or_others_when_read_then_the_rest_is_read(
    world: Lab, platform: Platform
):
    here, gone, never = (_id(platform, number) for number in range(3))
    world.put(platform, here)
    world.put(platform, gone, state="gone")

    found = world.read(platform, gone, here, never)

    states = [one.state for one in found.readings]
    assert states == [PostState.MISSING, PostState.READ, PostState.MISSING]


@each_platform
def test_given_no_post_that_is_there_when_read_then_all_are_missing(world: Lab, platform: Platform):
    found = world.read(platform, _id(platform, 1), _id(platform, 2))

    assert [one.state for one in found.readings] == [PostState.MISSING] * 2


@each_platform
def test_given_zeros_when_read_then_they_are_zeros_and_not_unknown(world: Lab, platform: Platform):
    world.put(platform, _id(platform, 1), counts={})

    (reading,) = world.read(platform, _id(platform, 1)).readings

    told = dict.fromkeys(METRICS, 0)
    told |= {"shares": None} if platform is Platform.YOUTUBE else {}
    assert _values(reading) == told


@each_platform
def test_given_anothers_private_post_when_read_then_it_is_not_told(world: Lab, platform: Platform):
    world.put(platform, _id(platform, 1), owner="2000", state="private")

    (reading,) = world.read(platform, _id(platform, 1)).readings

    forbidden = PostState.FORBIDDEN if platform is Platform.X else PostState.MISSING
    assert reading.state is forbidden
    assert reading.numbers == {}


@each_platform
@pytest.mark.parametrize(
    "trouble", ["http_500", "http_503", "http_302", "lost", "truncated", "json:{}", "json:[]"]
)
def test_given_a_platform_that_stumbles_when_read_then_it_is_asked_again_after_a_while(
    world: Lab, platform: Platform, trouble: str
):
    world.put(platform, _id(platform, 1))
    world.trouble(platform, trouble, trouble)

    found = world.read(platform, _id(platform, 1))

    assert found.readings[0].state is PostState.READ
    assert found.calls == len(world.calls(platform)) == 3
    assert len(world.slept) == 2
    assert all(0 < wait < 5 for wait in world.slept)


def test_given_an_answer_that_does_not_come_when_read_then_it_is_waited_for_no_longer(world: Lab):
    world.put(Platform.X, "1")
    world.trouble(Platform.X, "slow")
    adapter = world.numbers(Platform.X, read_seconds=SLOW_S / 10)

    found = adapter.read(world.tokens(Platform.X), [PostRef(post_id="1")])

    assert found.readings[0].state is PostState.READ
    assert found.calls == 2


def test_given_an_answer_that_comes_byte_by_byte_when_read_then_it_is_not_waited_for_to_its_end(
    world: Lab,
):
    world.put(Platform.X, "1")
    world.trouble(Platform.X, "drip")
    adapter = world.numbers(Platform.X, read_seconds=DRIP_S * 4)

    found = adapter.read(world.tokens(Platform.X), [PostRef(post_id="1")])

    assert found.readings[0].state is PostState.READ
    assert found.calls == 2


# YouTube


def test_given_hidden_likes_and_no_comments_when_read_then_they_are_unsupported_not_zero(
    world: Lab,
):
    world.put(Platform.YOUTUBE, "a", hides=("likes", "comments"))

    (reading,) = world.read(Platform.YOUTUBE, "a").readings

    assert _states(reading) == {
        "views": OK,
        "likes": UNSUPPORTED,
        "comments": UNSUPPORTED,
        "shares": UNSUPPORTED,
    }


def test_given_the_owners_private_video_when_read_then_it_is_told(world: Lab):
    world.put(Platform.YOUTUBE, "a", state="private")

    assert world.read(Platform.YOUTUBE, "a").readings[0].state is PostState.READ


# X


def test_given_a_post_of_x_when_read_then_saves_and_plays_of_its_video_are_beside_the_numbers(
    world: Lab,
):
    world.put(Platform.X, "1", video_id="13_7", counts={**COUNTS, "plays": 980})

    (reading,) = world.read(Platform.X, "1").readings

    assert reading.extra == {"saves": 5, "video_views": 980}
    assert reading.views_are == "impression_count"


def test_given_the_newer_names_of_x_when_read_then_they_are_understood(world: Lab):
    world.world.flags.add("x.newer")
    world.put(Platform.X, "1")

    (reading,) = world.read(Platform.X, "1").readings

    assert _values(reading)["shares"] == 5


@pytest.mark.parametrize("flags", [set(), {"x.newer"}])
def test_given_what_x_does_not_show_when_read_then_it_is_known_by_either_of_its_hosts(
    world: Lab, flags: set[str]
):
    """A refused field may take its post with it, which is there all the same."""
    world.world.flags |= flags
    world.put(Platform.X, "1")
    world.put(Platform.X, "2", owner="2000", state="private")
    world.put(Platform.X, "3", hides=("fields",))

    found = world.read(Platform.X, "1", "2", "3", "4").readings

    states = [PostState.READ, PostState.FORBIDDEN, PostState.FAILED, PostState.MISSING]
    assert [one.state for one in found] == states
    assert found[2].why == "not-authorized-for-field"


def test_given_an_id_that_is_none_when_read_then_it_does_not_sink_the_others(world: Lab):
    world.put(Platform.X, "1")

    found = world.read(Platform.X, "abc", "1")

    assert [one.state for one in found.readings] == [PostState.MISSING, PostState.READ]
    assert world.calls(Platform.X)[0].ids == ("1",)


def test_given_only_ids_that_are_none_when_read_then_nobody_is_asked(world: Lab):
    assert world.read(Platform.X, "abc").calls == 0
    assert world.read(Platform.TIKTOK, "abc").calls == 0


def test_given_answers_of_x_when_read_then_what_is_left_of_the_window_is_told(world: Lab):
    world.world.limits["x.calls"] = 4

    notice = world.read(Platform.X, "1").quota

    assert notice is not None
    assert notice.used == pytest.approx(0.25)
    assert notice.resets_at is not None
    assert 0 < (notice.resets_at - world.now()).total_seconds() <= 900


def test_given_a_post_of_x_when_read_twice_a_day_then_it_is_billed_once(world: Lab):
    world.put(Platform.X, "1")

    for _ in range(2):
        world.read(Platform.X, "1")

    assert len(world.running.service.platforms["x"].billed) == 1  # type: ignore[attr-defined]


# Facebook


def test_given_a_reel_when_read_then_its_post_is_found_once_and_its_plays_are_views(world: Lab):
    world.put(Platform.FACEBOOK, "1000_5", video_id="777", kind="reel")

    first = world.read(Platform.FACEBOOK, "777")
    again = world.read(Platform.FACEBOOK, PostRef(post_id="777", details=first.readings[0].details))

    assert first.readings[0].details == {"post": "1000_5", "video": "777"}
    assert (first.calls, again.calls) == (2, 1)
    assert _values(again.readings[0]) == {"views": 1_204, "likes": 88, "comments": 7, "shares": 4}
    assert again.readings[0].views_are == "fb_reels_total_plays"


@pytest.mark.parametrize(
    ("kind", "hides", "counted"),
    [
        ("reel", ("fb_reels_total_plays",), "blue_reels_play_count"),
        ("video", (), "total_video_views"),
    ],
)
def test_given_kinds_of_videos_when_read_then_what_was_counted_as_views_is_told(
    world: Lab, kind: str, hides: tuple[str, ...], counted: str
):
    counts = {**COUNTS, "starts": 900}
    world.put(Platform.FACEBOOK, "1000_5", video_id="777", kind=kind, hides=hides, counts=counts)

    (reading,) = world.read(Platform.FACEBOOK, "777").readings

    assert reading.views_are == counted
    assert reading.numbers["views"].state is OK


def test_given_a_post_of_another_page_when_read_then_that_pages_token_is_used(world: Lab):
    served = world.running.service.platforms["facebook"]
    world.put(Platform.FACEBOOK, "1000_5")
    world.put(Platform.FACEBOOK, "2000_6", owner="2000")
    tokens = world.tokens(Platform.FACEBOOK)
    served.pages["EAAP-second"] = "2000"  # type: ignore[attr-defined]
    both = type(tokens)(access=tokens.access, pages={**tokens.pages, "2000": "EAAP-second"})
    refs = [PostRef(post_id="1000_5"), PostRef(post_id="2000_6")]

    found = world.numbers(Platform.FACEBOOK).read(both, refs)

    assert [one.state for one in found.readings] == [PostState.READ] * 2
    assert found.calls == 1


def test_given_views_that_are_not_ready_when_read_then_the_rest_is_told(world: Lab):
    world.put(Platform.FACEBOOK, "1000_5", ready=False)

    (reading,) = world.read(Platform.FACEBOOK, "1000_5").readings

    assert _states(reading) == {"views": NOT_YET, "likes": OK, "comments": OK, "shares": OK}


def test_given_a_metric_that_is_no_more_when_read_then_the_rest_is_told(world: Lab):
    world.world.flags.add("without.post_media_view")
    world.put(Platform.FACEBOOK, "1000_5")

    (reading,) = world.read(Platform.FACEBOOK, "1000_5").readings

    assert reading.numbers["views"] == Told(None, NumberState.ERROR, "meta.100")
    assert reading.numbers["likes"].value == 88


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
@pytest.mark.parametrize("nothing", ["first_null", "first_empty"])
def test_given_an_entry_without_an_answer_when_read_then_that_one_is_asked_for_again(
    world: Lab, platform: Platform, nothing: str
):
    ids = [_id(platform, number) for number in range(3)]
    for one in ids:
        world.put(platform, one)
    world.trouble(platform, nothing, nothing)

    found = world.read(platform, *ids)

    assert {one.state for one in found.readings} == {PostState.READ}
    assert [len(call.ids) for call in world.calls(platform)][1:] == [1, 1]


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
def test_given_an_entry_that_never_answers_when_read_then_it_alone_failed(
    world: Lab, platform: Platform
):
    ids = [_id(platform, number) for number in range(3)]
    for one in ids:
        world.put(platform, one)
    world.trouble(platform, *["first_null"] * 3)

    found = world.read(platform, *ids)

    states = [one.state for one in found.readings]
    assert states == [PostState.FAILED, PostState.READ, PostState.READ]
    assert found.calls == 3


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
def test_given_an_entry_that_met_a_limit_when_read_then_the_rest_is_kept_and_the_limit_told(
    world: Lab, platform: Platform
):
    ids = [_id(platform, number) for number in range(2)]
    for one in ids:
        world.put(platform, one)
    world.trouble(platform, "first_page_use_case")

    found = world.read(platform, *ids)

    assert [one.state for one in found.readings] == [PostState.FAILED, PostState.READ]
    assert found.quota is not None
    assert found.quota.used == 1.0
    assert found.quota.resets_at is not None


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
def test_given_a_limit_of_meta_that_is_near_when_read_then_its_headers_tell(
    world: Lab, platform: Platform
):
    world.put(platform, _id(platform, 1))
    each = 2 if platform is Platform.FACEBOOK else 1
    world.world.limits[f"{platform.value}.calls"] = each * 3

    shares = [world.read(platform, _id(platform, 1)).quota for _ in range(3)]

    assert shares[0] is None
    assert [round(one.used, 1) for one in shares[1:] if one] == [0.7, 1.0]
    with pytest.raises(RateLimitedError):
        world.read(platform, _id(platform, 1))


# Instagram


def test_given_a_story_when_read_then_what_it_has_is_told_and_the_rest_is_not_asked_again(
    world: Lab,
):
    world.put(Platform.INSTAGRAM, "17", kind="STORY")
    world.put(Platform.INSTAGRAM, "18", kind="REELS")

    first = world.read(Platform.INSTAGRAM, "17", "18")
    details = [one.details for one in first.readings]
    again = world.read(
        Platform.INSTAGRAM,
        PostRef(post_id="17", details=details[0]),
        PostRef(post_id="18", details=details[1]),
    )

    assert details == [{"without": "likes,comments,saved"}, {}]
    assert (first.calls, again.calls) == (2, 1)
    for found in (first, again):
        story, reel = found.readings
        assert _values(story)["views"] == 1_204
        assert _values(story)["shares"] == 4
        assert None not in _values(reel).values()
    assert _states(again.readings[0])["likes"] is UNSUPPORTED


def test_given_a_metric_that_instagram_gave_up_when_read_then_it_alone_is_unsupported(world: Lab):
    world.world.flags.add("without.shares")
    world.put(Platform.INSTAGRAM, "17")

    (reading,) = world.read(Platform.INSTAGRAM, "17").readings

    assert _states(reading) == {"views": OK, "likes": OK, "comments": OK, "shares": UNSUPPORTED}


def test_given_too_few_viewers_when_read_then_views_are_not_yet_and_likes_are_told(world: Lab):
    world.put(Platform.INSTAGRAM, "17", hides=("viewers",))

    (reading,) = world.read(Platform.INSTAGRAM, "17").readings

    assert reading.numbers["views"].state is NOT_YET
    assert reading.numbers["likes"].value == 88


def test_given_a_medium_from_before_the_conversion_when_read_then_nothing_of_it_is_supported(
    world: Lab,
):
    world.put(Platform.INSTAGRAM, "17", hides=("conversion",))

    (reading,) = world.read(Platform.INSTAGRAM, "17").readings

    assert reading.state is PostState.READ
    assert set(_states(reading).values()) == {UNSUPPORTED}


def test_given_insights_that_are_late_when_read_then_they_are_not_yet(world: Lab):
    world.put(Platform.INSTAGRAM, "17", ready=False)

    (reading,) = world.read(Platform.INSTAGRAM, "17").readings

    assert set(_states(reading).values()) == {NOT_YET}


def test_given_the_name_in_an_address_when_read_then_the_medium_is_found_once(world: Lab):
    world.world.limits["graph.page_size"] = 2
    for number in range(5):
        posted = world.world.now() - number * 3_600
        world.put(Platform.INSTAGRAM, f"17{number}", code=f"Cx{number}", posted_at=posted)

    first = world.read(Platform.INSTAGRAM, "Cx3", "Cx0", "nowhere")
    details = first.readings[0].details
    again = world.read(Platform.INSTAGRAM, PostRef(post_id="Cx3", details=details))

    states = [one.state for one in first.readings]
    assert states == [PostState.READ, PostState.READ, PostState.MISSING]
    assert details == {"media": "173"}
    assert again.calls == 1
