from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.events.event import EventType
from functions.domain.ingests.addresses import parse_rules
from functions.domain.ingests.web_urls import UrlError
from functions.domain.webhooks.signature import new_secret, signed_headers
from functions.domain.webhooks.urls import receiver_url
from functions.domain.webhooks.webhook import TEST_TYPE, delivery_id_of, matches
from tests.fakes.clock import EPOCH

RULES = parse_rules([443, 8443], ["127.0.0.0/8:20001"])


@pytest.mark.parametrize(
    ("pattern", "kind", "wanted"),
    [
        ("*", "segment.created", True),
        ("segment.*", "segment.created", True),
        ("segment.*", "segments.created", False),
        ("segment.created", "segment.created", True),
        ("segment.created", "segment.updated", False),
        ("video.*", "segment.created", False),
        ("video.updated", TEST_TYPE, True),
    ],
)
def test_given_a_pattern_when_held_against_a_type_then_it_means_what_it_says(
    pattern: str, kind: str, wanted: bool
):
    assert matches(pattern, kind) is wanted


@pytest.mark.parametrize("kind", list(EventType))
def test_given_any_type_when_matched_then_by_itself_its_family_and_all(kind: EventType):
    family = kind.value.partition(".")[0]

    assert all(matches(one, kind.value) for one in ("*", kind.value, f"{family}.*"))


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_given_events_when_delivered_then_ids_sort_by_their_times_and_follow_from_them(
    first: int, more: int
):
    early, late = (
        EPOCH + timedelta(milliseconds=first),
        EPOCH + timedelta(milliseconds=first + more),
    )

    one = delivery_id_of("w", "e", early)

    assert one == delivery_id_of("w", "e", early) == str(uuid.UUID(one))
    assert one < delivery_id_of("w", "d", late)
    assert one != delivery_id_of("v", "e", early)


def test_given_the_example_of_the_specifications_libraries_when_signed_then_it_is_theirs():
    """The vector of the reference implementations' own tests."""
    from datetime import UTC, datetime

    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_given_an_id_with_a_full_stop_when_signed_then_it_is_refused():
    with pytest.raises(ValueError, match="full stop"):
        signed_headers("a.b", EPOCH, b"", [new_secret()])


def test_given_secrets_when_made_then_each_is_another_of_enough_bytes():
    import base64

    made = {new_secret() for _ in range(20)}

    assert len(made) == 20
    assert {len(base64.b64decode(one.removeprefix("whsec_"))) for one in made} == {32}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://hooks.example.com/", "url_scheme"),
        ("http://hooks.example.com:443/", "url_scheme"),
        ("http://hooks.example.com:8443/", "url_scheme"),
        ("ftp://hooks.example.com/", "url_scheme"),
        ("https://hooks.example.com:8080/", "url_port"),
        ("https://10.0.0.1/", "url_address"),
        ("https://169.254.169.254/latest", "url_address"),
        ("https://[::1]/", "url_address"),
        ("https://[::ffff:10.0.0.1]/", "url_address"),
        ("https://127.0.0.1/", "url_address"),
        ("https://0x7f.1/", "url_host"),
        ("https://2130706433/", "url_host"),
        ("https://me:secret@hooks.example.com/", "url_userinfo"),
        ("https://hooks.example.com/a b", "url_characters"),
        ("https://hooks.example.com/#part", "url_fragment"),
        ("http://10.0.0.1:20001/", "url_address"),
    ],
)
def test_given_a_url_that_is_not_to_be_called_when_read_then_it_says_why(text: str, code: str):
    with pytest.raises(UrlError) as refused:
        receiver_url(text, RULES)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.example.com/in?x=1",
        "https://hooks.example.com:8443",
        "HTTPS://HOOKS.example.com",
        "http://127.0.0.1:20001/in",
        "http://127.0.0.9:20001/in",
    ],
)
def test_given_a_url_that_may_be_called_when_read_then_it_is_taken(text: str):
    assert receiver_url(text, RULES).host
