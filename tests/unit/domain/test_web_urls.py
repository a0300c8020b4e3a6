from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.ingests.addresses import parse_address, parse_rules
from functions.domain.ingests.web_urls import MAX_URL, UrlError, follow, parse_url

RULES = parse_rules((80, 443), ())
USER, OTHER = "user-1", "user-2"

# What is wrong with each, by the code that its user is told.
REFUSED = [
    ("http://2130706433/", "url_host"),
    ("http://0x7f000001/", "url_host"),
    ("http://017700000001/", "url_host"),
    ("http://0177.0.0.1/", "url_host"),
    ("http://0x7f.0.0.1/", "url_host"),
    ("http://127.1/", "url_host"),
    ("http://127.0.1/", "url_host"),
    ("http://1.2.3.4.5/", "url_host"),
    ("http://256.1.1.1/", "url_host"),
    ("http://127.0.0.1./", "url_host"),
    ("http://0/", "url_host"),
    ("http://a.0x/", "url_host"),
    ("http://127.0.0.1/", "url_address"),
    ("http://169.254.169.254/latest/meta-data/", "url_address"),
    ("http://[::1]/", "url_address"),
    ("http://[fd00:ec2::254]/", "url_address"),
    ("http://[::ffff:127.0.0.1]/", "url_address"),
    ("http://[::ffff:7f00:1]/", "url_address"),
    ("http://[::127.0.0.1]/", "url_address"),
    ("http://[64:ff9b::7f00:1]/", "url_address"),
    ("http://[2002:7f00:1::]/", "url_address"),
    ("http://[fe80::1%25eth0]/", "url_host"),
    ("http://[fe80::1%eth0]/", "url_host"),
    ("http://[2606:4700::1%251]/", "url_host"),
    ("http://[v1.x]/", "url_host"),
    ("http://[::1/", "url_invalid"),
    ("http://１２７.０.０.１/", "url_host"),
    ("http://ⓔxample.com/", "url_host"),
    ("http://127。0。0。1/", "url_host"),
    ("http://bücher.example/", "url_host"),
    ("http://exa mple.com/", "url_characters"),
    ("http://example.com\\@evil.example/", "url_characters"),
    ("http://example.com/\r\nHost: evil", "url_characters"),
    ("http://example.com/\t", "url_characters"),
    (" http://example.com/", "url_characters"),
    ("http://example.com/\x00", "url_characters"),
    ("http://example.com/\ud800", "url_characters"),
    ("http://exam\u00adple.com/", "url_host"),
    ("http://user@example.com/", "url_userinfo"),
    ("http://user:secret@example.com/", "url_userinfo"),
    ("http://@example.com/", "url_userinfo"),
    ("http://8.8.8.8@127.0.0.1/", "url_userinfo"),
    ("http://example.com:22/", "url_port"),
    ("http://example.com:0/", "url_port"),
    ("http://example.com:6379/", "url_port"),
    ("http://example.com:65536/", "url_invalid"),
    ("http://example.com:-1/", "url_invalid"),
    ("http://example.com:８０/", "url_invalid"),
    ("http://example.com:80:80/", "url_invalid"),
    ("ftp://example.com/", "url_scheme"),
    ("file:///etc/passwd", "url_scheme"),
    ("gopher://example.com/", "url_scheme"),
    ("data:video/mp4;base64,AAAA", "url_scheme"),
    ("//example.com/", "url_scheme"),
    ("example.com/a.mp4", "url_scheme"),
    ("", "url_scheme"),
    ("http:/example.com", "url_host"),
    ("http://", "url_host"),
    ("http:///path", "url_host"),
    ("http://a..b/", "url_host"),
    ("http://.example.com/", "url_host"),
    ("http://example.com../", "url_host"),
    ("http://-a.example/", "url_host"),
    ("http://a%2eb/", "url_host"),
    ("http://a$b/", "url_host"),
    ("http://" + "a." * 127 + "com/", "url_host"),
    ("http://" + "a" * 64 + ".com/", "url_host"),
    ("http://example.com/" + "a" * MAX_URL, "url_too_long"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_given_a_url_that_readers_take_in_different_ways_when_read_then_it_is_refused(
    text: str, code: str
):
    with pytest.raises(UrlError) as caught:
        parse_url(text, RULES)

    assert caught.value.code == code
    assert text == "" or text not in caught.value.says


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://example.com", "http://example.com/"),
        ("HtTpS://Example.COM/A.mp4", "https://example.com/A.mp4"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("http://example.com:/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:80/a", "https://example.com:80/a"),
        ("http://example.com./a", "http://example.com/a"),
        ("http://example.com/a?b=c&d=%2F#part", "http://example.com/a?b=c&d=%2F"),
        ("http://example.com/a?", "http://example.com/a?"),
        ("http://example.com?b", "http://example.com/?b"),
        ("http://example.com/ü.mp4", "http://example.com/%C3%BC.mp4"),
        ("http://8.8.8.8/a", "http://8.8.8.8/a"),
        ("http://[2606:4700::0001]/a", "http://[2606:4700::1]/a"),
        ("http://xn--bcher-kva.example/a", "http://xn--bcher-kva.example/a"),
        ("http://host_1/a", "http://host_1/a"),
        ("http://example.com//a/../b", "http://example.com//a/../b"),
    ],
)
def test_given_a_good_url_when_read_then_its_host_is_plain_and_its_rest_as_it_was(
    text: str, read: str
):
    assert parse_url(text, RULES).text == read


@given(st.text(max_size=60), st.text(max_size=30))
def test_given_any_text_for_a_host_when_read_then_it_is_a_name_or_a_public_address(
    host: str, rest: str
):
    try:
        url = parse_url(f"http://{host}/{rest}", RULES)
    except UrlError:
        return
    address = parse_address(url.host)
    assert url.port in {80, 443}
    assert url.host.isascii()
    assert address is None or RULES.allows(address, url.port)
    assert url.target.isascii()
    assert url.target.isprintable()
    assert " " not in url.target
    # Read again it is the same: nobody after us finds another host in it.
    assert parse_url(url.text, RULES) == url


@pytest.mark.parametrize(
    "text",
    [
        "HTTP://EXAMPLE.com:80/a/b.mp4?x=%7e%2f",
        "http://example.com./a/./c/../b.mp4?x=~%2F",
        "http://example.com/%61/b.mp4?x=~%2F#there",
    ],
)
def test_given_one_url_written_in_many_ways_when_named_then_it_has_one_name(text: str):
    same = parse_url("http://example.com/a/b.mp4?x=~%2F", RULES)

    assert parse_url(text, RULES).digest(USER) == same.digest(USER)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a", "http://example.com/A", "http://example.com/a?", "http://x.com/a",
        "http://example.com/a/", "http://example.com//a", "http://example.com/a%2F",
        "http://example.com/a?b=1",
    ],
)  # fmt: skip
def test_given_another_url_when_named_then_its_name_is_another(text: str):
    one = parse_url("http://example.com/a", RULES)

    assert parse_url(text, RULES).digest(USER) != one.digest(USER)


def test_given_one_url_of_two_users_when_named_then_nobody_can_tell_that_it_is_the_same():
    url = parse_url("http://example.com/a", RULES)

    assert url.digest(USER) != url.digest(OTHER)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http://example.com/a/b%20c.mp4?x=/d", "b c.mp4"),
        ("http://example.com/a/", None),
        ("http://example.com/a/%0a%20", None),
        ("http://example.com/%ff.mp4", "\ufffd.mp4"),
        ("http://example.com/" + "x" * 300, "x" * 255),
    ],
)
def test_given_a_url_when_its_file_is_named_then_by_the_end_of_its_path(
    text: str, name: str | None
):
    assert parse_url(text, RULES).file_name == name


@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/b?c", "https://example.com/b?c"),
        ("b", "https://example.com/x/b"),
        ("//other.example/b", "https://other.example/b"),
        ("https://other.example/b", "https://other.example/b"),
        ("HTTPS://Other.example", "https://other.example/"),
    ],
)
def test_given_a_redirect_when_followed_then_it_leads_where_it_says(location: str, to: str):
    assert follow(parse_url("https://example.com/x/a", RULES), location, RULES).text == to


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://example.com/b", "url_downgrade"),
        ("https://169.254.169.254/latest", "url_address"),
        ("https://[::ffff:169.254.169.254]/", "url_address"),
        ("https://user@example.com/", "url_userinfo"),
        ("https://example.com:22/", "url_port"),
        ("file:///etc/passwd", "url_scheme"),
        ("https://2852039166/", "url_host"),
        ("https://[::1", "url_invalid"),
        ("/a\r\nHost: b", "url_characters"),
    ],
)
def test_given_a_redirect_to_where_nobody_may_go_when_followed_then_it_is_refused(
    location: str, code: str
):
    with pytest.raises(UrlError) as caught:
        follow(parse_url("https://example.com/a", RULES), location, RULES)

    assert caught.value.code == code
