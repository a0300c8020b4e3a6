from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.domain.posts.post import Platform
from functions.domain.posts.urls import flaw_of, post_id_of

YOUTUBE, INSTAGRAM, TIKTOK, FACEBOOK, X = Platform
STORY = "pfbid02abCDefGh1JKLmnop"


@pytest.mark.parametrize(
    ("platform", "url", "post_id"),
    [
        (YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (YOUTUBE, "https://m.youtube.com/watch?app=m&v=dQw4w9WgXcQ&t=42s#x", "dQw4w9WgXcQ"),
        (YOUTUBE, "HTTPS://YouTube.com/watch/?v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (YOUTUBE, "https://youtu.be/-Qw4w9WgX_Q?si=abc", "-Qw4w9WgX_Q"),
        (YOUTUBE, "https://youtube.com/shorts/dQw4w9WgXcQ?feature=share", "dQw4w9WgXcQ"),
        (YOUTUBE, "https://www.youtube.com/live/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (YOUTUBE, "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        (YOUTUBE, "https://music.youtube.com/watch?v=dQw4w9WgXcQ&list=RD", "dQw4w9WgXcQ"),
        (INSTAGRAM, "https://www.instagram.com/p/CxYz-12_abc/", "CxYz-12_abc"),
        (INSTAGRAM, "https://instagram.com/reel/CxYz-12_abc/?igsh=abc=", "CxYz-12_abc"),
        (INSTAGRAM, "https://www.instagram.com/reels/CxYz-12_abc", "CxYz-12_abc"),
        (INSTAGRAM, "https://www.instagram.com/tv/CxYz-12_abc/", "CxYz-12_abc"),
        (INSTAGRAM, "https://www.instagram.com/ada.l_1/p/CxYz-12_abc/", "CxYz-12_abc"),
        (INSTAGRAM, "https://www.instagram.com/p/CxYz-12_abc/embed/captioned/", "CxYz-12_abc"),
        (TIKTOK, "https://www.tiktok.com/@ada.l/video/7234567890123456789", "7234567890123456789"),
        (TIKTOK, "https://www.tiktok.com/@/video/7234567890123456789?x=1", "7234567890123456789"),
        (TIKTOK, "https://www.tiktok.com/@ada/photo/7234567890123456789", "7234567890123456789"),
        (TIKTOK, "https://m.tiktok.com/v/7234567890123456789.html", "7234567890123456789"),
        (TIKTOK, "https://www.tiktok.com/embed/v2/7234567890123456789", "7234567890123456789"),
        (FACEBOOK, f"https://www.facebook.com/ada/posts/{STORY}", STORY),
        (FACEBOOK, "https://m.facebook.com/ada/posts/a-slug/1234567890", "1234567890"),
        (FACEBOOK, "https://www.facebook.com/ada.love/videos/1234567890/", "1234567890"),
        (FACEBOOK, "https://www.facebook.com/ada/videos/vb.55/1234567890/", "1234567890"),
        (FACEBOOK, "https://www.facebook.com/reel/1234567890?s=x", "1234567890"),
        (FACEBOOK, "https://www.facebook.com/watch/?v=1234567890", "1234567890"),
        (FACEBOOK, "https://fb.com/watch/live/?v=1234567890", "1234567890"),
        (FACEBOOK, "https://www.facebook.com/video.php?v=1234567890", "1234567890"),
        (FACEBOOK, f"https://facebook.com/permalink.php?story_fbid={STORY}&id=1", STORY),
        (FACEBOOK, "https://m.facebook.com/story.php?story_fbid=12345&id=1", "12345"),
        (FACEBOOK, "https://www.facebook.com/groups/chess/posts/1234567890/", "1234567890"),
        (X, "https://x.com/ada/status/1700000000000000000", "1700000000000000000"),
        (X, "https://twitter.com/ada/status/1700000000000000000?s=20", "1700000000000000000"),
        (X, "https://mobile.twitter.com/a_1/statuses/17", "17"),
        (X, "https://x.com/i/web/status/1700000000000000000", "1700000000000000000"),
        (X, "https://x.com/i/status/17/", "17"),
        (X, "https://x.com/ada/status/17/photo/1", "17"),
    ],
)
def test_given_an_address_of_a_post_when_read_then_it_names_the_post_to_its_platform_only(
    platform: Platform, url: str, post_id: str
):
    assert flaw_of(platform, url) is None
    assert {one: post_id_of(one, url) for one in Platform} == {
        one: post_id if one is platform else None for one in Platform
    }


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        (YOUTUBE, "https://www.youtube.com/@ada"),
        (YOUTUBE, "https://www.youtube.com/watch?v=short"),
        (YOUTUBE, "https://www.youtube.com/watch?list=dQw4w9WgXcQ"),
        (YOUTUBE, "https://youtu.be/"),
        (INSTAGRAM, "https://www.instagram.com/ada/"),
        (INSTAGRAM, "https://www.instagram.com/share/BAxyz"),
        (INSTAGRAM, "https://www.instagram.com/reels/audio/12345/"),
        (INSTAGRAM, "https://www.instagram.com/reels/audio/"),
        (TIKTOK, "https://vm.tiktok.com/ZMabc/"),
        (TIKTOK, "https://www.tiktok.com/t/ZMabc/"),
        (TIKTOK, "https://www.tiktok.com/@ada/video/٣٤٥"),
        (FACEBOOK, "https://fb.watch/abc123/"),
        (FACEBOOK, "https://www.facebook.com/share/r/abc/"),
        (FACEBOOK, "https://www.facebook.com/ada/posts/a-slug"),
        (X, "https://x.com/ada"),
        (X, "https://x.com/ada/status/none"),
    ],
)
def test_given_an_address_that_names_no_post_when_read_then_it_is_fine_but_tells_no_id(
    platform: Platform, url: str
):
    assert flaw_of(platform, url) is None
    assert post_id_of(platform, url) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://www.youtube.com/watch?v=dQw4w9WgXcQ", "not_https"),
        ("ftp://youtu.be/dQw4w9WgXcQ", "not_https"),
        ("//youtu.be/dQw4w9WgXcQ", "not_https"),
        ("javascript://youtu.be/%0aalert(1)", "not_https"),
        ("https://ada:secret@youtu.be/dQw4w9WgXcQ", "credentials"),
        ("https://youtu.be@evil.example/dQw4w9WgXcQ", "credentials"),
        ("https://@youtu.be/dQw4w9WgXcQ", "credentials"),
        ("https://evil.example/watch?v=dQw4w9WgXcQ", "other_platform"),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "other_platform"),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "other_platform"),
        ("https://notyoutu.be/dQw4w9WgXcQ", "other_platform"),
        ("https://youtu.be:8443/dQw4w9WgXcQ", "other_platform"),
        ("https://youtu.be./dQw4w9WgXcQ", "other_platform"),
        ("https://.youtu.be/dQw4w9WgXcQ", "other_platform"),
        ("https://www.tiktok.com/@ada/video/7234567890123456789", "other_platform"),
        ("https://evil.example\\.youtube.com/watch?v=dQw4w9WgXcQ", "url"),
        ("https://you\ttube.com/watch?v=dQw4w9WgXcQ", "url"),
        ("https://youtu.be/ dQw4w9WgXcQ", "url"),
        ("https://youtu.be/\u202edQw4w9WgXcQ", "url"),
        ("https://[youtu.be/dQw4w9WgXcQ", "url"),
        ("https://youtu.be\u2100/dQw4w9WgXcQ", "url"),
        ("https:youtu.be/dQw4w9WgXcQ", "url"),
        ("dQw4w9WgXcQ", "url"),
        ("", "url"),
    ],
)
def test_given_an_address_that_is_not_the_platform_s_when_read_then_its_flaw_is_named(
    url: str, code: str
):
    flaw = flaw_of(YOUTUBE, url)

    assert flaw is not None
    assert (flaw.code, bool(flaw.says)) == (code, True)
    assert post_id_of(YOUTUBE, url) is None


HOSTS = st.sampled_from(["youtu.be", "www.youtube.com", "x.com", "fb.watch", "[::1", "a@b", "℀"])
ODD = st.text(st.sampled_from("/?&=#%[]@:\\.vwatchsorielp0123٣é\x00\n\ud800 "), max_size=40)


@given(
    st.sampled_from(Platform),
    st.one_of(
        st.text(),
        ODD,
        st.builds("https://{}/{}".format, HOSTS, st.one_of(st.text(), ODD)),
        st.builds("https://{}/watch?v={}".format, HOSTS, st.text()),
    ),
)
@example(Platform.YOUTUBE, "https://[")
@example(Platform.X, "https://x.com:99999999/ada/status/1")
def test_given_any_text_when_read_then_there_is_an_answer_and_an_id_is_plain(
    platform: Platform, text: str
):
    flaw, post_id = flaw_of(platform, text), post_id_of(platform, text)

    assert post_id is None or flaw is None
    assert post_id is None or (post_id.isascii() and 0 < len(post_id) <= 128)
