"""Webhooks on the deployed cloud: who receives, verifies, fails, hangs, and is told again."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.media import odd
from tests.support.cloud import Cloud
from tests.support.following import ended, logged
from tests.support.receivers import Receiver, receiving

# A message that is lost comes again after two minutes.
PATIENCE_S = 300
Hook = dict[str, Any]


@pytest.fixture
def own(cloud: Cloud) -> Cloud:
    """A user of whom nobody else's tests make events."""
    return cloud.alone()


@pytest.fixture
def receiver(cloud: Cloud) -> Iterator[Receiver]:
    with receiving(cloud.outputs.sources_port) as running:
        yield running


def _subscribe(own: Cloud, url: str, *events: str) -> Hook:
    body = {"url": url, "events": list(events) or ["*"]}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answer = own.call("POST", "/api/webhooks", body, headers=key)
    assert answer.status == 201, answer.body
    return dict(answer.json)


def _at(hook: Hook, rest: str = "") -> str:
    return f"/api/webhooks/{hook['webhook_id']}{rest}"


def _get(own: Cloud, hook: Hook, rest: str = "") -> Any:
    answer = own.call("GET", _at(hook, rest))
    assert answer.status == 200, answer.body
    return answer.json


def _post(own: Cloud, hook: Hook, rest: str, body: Any = None) -> Any:
    answer = own.call("POST", _at(hook, rest), body)
    assert answer.status in {200, 202}, answer.body
    return answer.json


def _deliveries(own: Cloud, hook: Hook) -> list[Hook]:
    """Newest first."""
    found: list[Hook] = []
    cursor: str | None = ""
    while cursor is not None:
        page = _get(own, hook, f"/deliveries?limit=100{cursor}")
        found += page["items"]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return found


def _until(own: Cloud, question: Callable[[], Any], what: str, *, tick: bool = False) -> Any:
    """Polls; with `tick` the schedule of retries is called, which else runs once a minute."""
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, what
        if tick:
            own.invoke("retry_webhooks", {})
        time.sleep(0.3)
    return answer


def _log(own: Cloud) -> dict[int, str]:
    """Numbers and ids of all of the user's events, as the log tells them."""
    return {one["sequence"]: one["id"] for one in logged(own)}


def test_given_a_subscription_when_a_video_runs_then_each_event_of_the_log_arrives_and_verifies(
    own: Cloud, receiver: Receiver, tmp_path: Path
) -> None:
    every = _subscribe(own, receiver.url("/every"))
    some = _subscribe(own, receiver.url("/some", 500, 204), "segment.*")

    video_id = own.upload(odd.tiny(tmp_path / "a.mp4"))
    assert own.finished(video_id)["status"] == "ready"

    _until(own, lambda: ended(logged(own), video_id), "its end is not told")

    def delivered(hook: Hook, wanted: set[str]) -> bool:
        states = {one["event_id"]: one["state"] for one in _deliveries(own, hook)}
        return states == dict.fromkeys(wanted, "delivered")

    def all_there() -> dict[int, str] | None:
        """The log may have grown meanwhile: then it is looked at again."""
        log = _log(own)
        return log if delivered(every, set(log.values())) and log == _log(own) else None

    log = _until(own, all_there, "not every event was delivered", tick=True)
    told = {one.message: one.verified(every["secret"]) for one in receiver.got["/every"]}
    assert {body["sequence"]: message for message, body in told.items()} == log
    assert all(body["id"] == message for message, body in told.items())
    assert {body["video_id"] for body in told.values()} == {video_id}
    wanted = {message for message, body in told.items() if body["type"].startswith("segment.")}
    says = "what failed once was not delivered then"
    _until(own, lambda: delivered(some, wanted), says, tick=True)
    got = list(receiver.got["/some"])
    assert {one.message for one in got} == wanted
    assert len(got) > len(wanted)
    for one in got:
        assert one.verified(some["secret"])["type"].startswith("segment.")


def _seconds(own: Cloud, receiver: Receiver, hook: Hook) -> float:
    """Until a test event is there, where nobody is in the way."""
    path, begun = hook["url"].removeprefix(receiver.base), time.monotonic()
    _post(own, hook, "/test")
    _until(own, lambda: receiver.got[path], f"{path} was not told")
    return receiver.got[path][0].at - begun


def test_given_receivers_of_all_manners_when_told_then_each_is_met_as_it_should_be(
    own: Cloud, receiver: Receiver
) -> None:
    # Of tests alone: when one is paused, its user's others are told.
    hooks = {
        path: _subscribe(own, receiver.url(path, manner), "video.*")
        for path, manner in (
            ("/hang", "hang"), ("/redirect", "redirect"), ("/gone", 410), ("/flood", "flood"),
            ("/fails", 503), ("/good", 200),
        )
    }  # fmt: skip
    usual = _seconds(own, receiver, hooks["/good"])
    for _ in range(3):
        _post(own, hooks["/hang"], "/test")
    begun = time.monotonic()
    for path in ("/redirect", "/gone", "/flood", "/fails", "/good"):
        _post(own, hooks[path], "/test")

    def tried(path: str) -> Hook | None:
        one = _deliveries(own, hooks[path])[0]
        return one if one["attempts"] else None

    for path, state, code, error in (
        ("/good", "delivered", 200, None),
        ("/flood", "delivered", 200, None),
        ("/gone", "failed", 410, "status"),
        ("/redirect", None, 302, "redirect"),
        ("/fails", None, 503, "status"),
    ):
        one = _until(own, lambda path=path: tried(path), f"{path} was not tried")
        assert state in {None, one["state"]}, one
        assert (one["attempts"][0]["status_code"], one["attempts"][0]["error"]) == (code, error)
    good = receiver.got["/good"][1]
    waited = _until(own, lambda: tried("/hang"), "the one that hangs was not tried")
    assert waited["attempts"][0]["error"] == "timeout"
    assert 9_000 < waited["attempts"][0]["duration_ms"] < 29_000
    # The others were answered while it hung, thrice ten seconds, or on a slow machine as ever.
    assert good.at < begun + 19 + 3 * usual
    gone = _get(own, hooks["/gone"])
    assert (gone["state"], gone["reason"]) == ("paused", "gone")
    assert own.call("POST", _at(hooks["/gone"], "/test")).status == 409
    assert len(receiver.got["/gone"]) == 1


def _told_of(receiver: Receiver, hook: Hook) -> list[tuple[str, str | None]]:
    """States of webhooks that one was told of, in order, as at least once asks for."""
    path = hook["url"].removeprefix(receiver.base)
    told = {one.message: one.verified(hook["secret"]) for one in list(receiver.got[path])}
    every = sorted(told.values(), key=lambda one: int(one["sequence"]))
    return [(one["data"]["state"], one["data"]["reason"]) for one in every]


def test_given_a_receiver_that_fails_for_long_when_paused_then_it_can_be_resumed_and_replayed(
    own: Cloud, receiver: Receiver
) -> None:
    hook = _subscribe(own, receiver.url("/fails", 500), "video.*")
    other = _subscribe(own, receiver.url("/other"), "webhook.*")
    began = datetime.now(UTC) - timedelta(minutes=1)
    ticket = own.announce(1000)

    def state() -> set[str]:
        return {one["state"] for one in _deliveries(own, hook)}

    _until(own, lambda: state() == {"failed"}, "it was never given up", tick=True)
    paused = _until(
        own, lambda: (known := _get(own, hook))["state"] == "paused" and known, "it is not paused"
    )
    assert paused["reason"] == "failing"
    assert paused["notice"]
    tries = [one.message for one in receiver.got["/fails"]]
    dead = _deliveries(own, hook)[-1]
    assert tries.count(dead["event_id"]) == 4
    assert [one["status_code"] for one in dead["attempts"]] == [500] * 4

    states = [("paused", "failing")]
    _until(own, lambda: _told_of(receiver, other) == states, "another is not told of the pause")

    receiver.manners["/fails"] = [204]
    assert _post(own, hook, "/resume")["state"] == "active"
    _post(own, hook, f"/deliveries/{dead['delivery_id']}/replay")
    path = f"/deliveries/{dead['delivery_id']}"
    _until(
        own,
        lambda: _get(own, hook, path)["state"] == "delivered",
        "a replay was not delivered",
        tick=True,
    )
    _post(own, hook, "/replay", {"since": began.isoformat(), "deliveries": "all"})
    done = _until(
        own, lambda: (it := _get(own, hook)["replay"])["finished_at"] and it, "replay goes on"
    )
    assert done["count"] >= 1
    _until(own, lambda: state() == {"delivered"}, "not all was replayed", tick=True)
    states.append(("active", None))
    _until(own, lambda: _told_of(receiver, other) == states, "another is not told of the end")
    assert [one.message for one in receiver.got["/fails"]].count(dead["event_id"]) == 6
    for one in receiver.got["/fails"]:
        assert one.verified(hook["secret"])["video_id"] == ticket["video_id"]


def test_given_a_rotation_when_told_then_both_secrets_verify(
    own: Cloud, receiver: Receiver
) -> None:
    hook = _subscribe(own, receiver.url("/in"), "account.updated")
    rotated = _post(own, hook, "/rotate-secret")

    _post(own, hook, "/test")
    _until(own, lambda: receiver.got["/in"], "the test event did not arrive")

    (got,) = receiver.got["/in"]
    assert rotated["secret"] != hook["secret"]
    for secret in (hook["secret"], rotated["secret"]):
        assert got.verified(secret)["type"] == "webhook.test"
    assert own.traces(hook["secret"], rotated["secret"]) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/", "url_scheme"),
        ("https://127.0.0.1/", "url_address"),
        ("https://169.254.169.254/", "url_address"),
        ("http://127.0.0.1:4566/", "url_port"),
        ("https://localhost/", "url_address"),
    ],
)
def test_given_a_url_inside_when_subscribed_then_it_is_refused(
    own: Cloud, url: str, code: str
) -> None:
    answer = own.call("POST", "/api/webhooks", {"url": url})

    assert answer.status == 422
    assert {one["code"] for one in answer.json["errors"]} <= {code, "url_scheme"}


def test_given_a_video_when_deleted_then_nothing_of_it_is_left_with_its_webhooks(
    own: Cloud, receiver: Receiver
) -> None:
    hook = _subscribe(own, receiver.url("/in"), "video.*")
    video_id = own.announce(1000)["video_id"]
    _until(own, lambda: receiver.got["/in"], "no event arrived")

    receipt = own.deleted(own.delete(video_id))

    assert receipt["state"] == "deleted", receipt
    assert [one for one in own.traces(video_id) if "Webhook" in one] == []
    one = _deliveries(own, hook)[-1]
    answer = own.call("POST", _at(hook, f"/deliveries/{one['delivery_id']}/replay"))
    assert (answer.status, answer.json["code"]) == (410, "delivery.event_gone")
