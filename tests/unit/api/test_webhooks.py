"""Subscriptions of one user, as a client sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.domain.events.event import EventType
from functions.domain.ingests.web_urls import UrlError
from functions.domain.webhooks.ports import Posted
from functions.domain.webhooks.webhook import (
    DeliveryState,
    Fault,
    PauseReason,
    Webhook,
    WebhookState,
)
from functions.services.webhooks.deliveries import announce
from functions.services.webhooks.send_delivery import send_delivery
from tests.builders import USER
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.webhooks import Hooks
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

URL = "https://hooks.example.com/in"


@pytest.fixture
def hooks(world: World) -> Hooks:
    return world.hooks


def _create(client: Client, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/webhooks", {"url": URL, **more})
    assert answer.status == 201, answer.text
    return dict(answer.json)


def _stored(hooks: Hooks, webhook_id: str) -> Webhook:
    found = hooks.store.get(USER, webhook_id)
    assert found is not None
    return found


def _pause(hooks: Hooks, webhook_id: str) -> None:
    hooks.store.save(
        replace(
            _stored(hooks, webhook_id),
            state=WebhookState.PAUSED,
            reason=PauseReason.FAILING,
            paused_at=hooks.clock.now,
        )
    )


def _work(hooks: Hooks) -> None:
    tasks, hooks.queue.sends = hooks.queue.sends, []
    for task in tasks:
        send_delivery(hooks.context, task)


def test_given_a_url_when_subscribed_then_the_secret_is_told_once_and_stored_sealed(
    client: Client, hooks: Hooks
):
    answer = client.post("/api/webhooks", {"url": URL, "events": ["segment.*"]})

    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    made = answer.json
    assert answer.headers["location"] == f"/api/webhooks/{made['webhook_id']}"
    assert made["secret"].startswith("whsec_")
    (sealed,) = _stored(hooks, made["webhook_id"]).secrets
    assert made["secret"] not in sealed.sealed
    known = client.get(f"/api/webhooks/{made['webhook_id']}")
    listed = client.get("/api/webhooks").json["items"]
    assert "secret" not in known.json
    assert "whsec_" not in known.text
    assert listed == [known.json]
    assert (known.json["events"], known.json["state"]) == (["segment.*"], "active")


def test_given_a_key_when_subscribed_twice_then_the_answers_are_one_and_none_is_kept_in_clear(
    client: Client, hooks: Hooks, kept: FakeIdempotencyLayer
):
    headers = {"idempotency-key": "k1"}

    first = client.post("/api/webhooks", {"url": URL}, headers=headers)
    again = client.post("/api/webhooks", {"url": URL}, headers=headers)

    assert first.status == again.status == 201
    assert first.json == again.json
    assert len(hooks.store.rows) == 1
    assert first.json["secret"] not in str(vars(kept))
    other = client.post("/api/webhooks", {"url": f"{URL}2"}, headers=headers)
    assert other.code == "idempotency.key_reused"


def test_given_a_key_whose_first_answer_was_lost_when_repeated_then_it_is_the_same_webhook(
    client: Client, hooks: Hooks, kept: FakeIdempotencyLayer, monkeypatch: pytest.MonkeyPatch
):
    headers = {"idempotency-key": "k1"}
    first = client.post("/api/webhooks", {"url": URL}, headers=headers)
    monkeypatch.setattr("functions.runtime.idempotency._layer", lambda _: FakeIdempotencyLayer())

    again = client.post("/api/webhooks", {"url": URL}, headers=headers)

    assert again.json["secret"] == first.json["secret"]
    assert len(hooks.store.rows) == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/url": "missing"}),
        ({"url": URL, "events": []}, {"/events": "too_short"}),
        ({"url": URL, "events": ["segment.made"]}, {"/events/0": "value_error"}),
        ({"url": URL, "events": ["*", "seg.*"]}, {"/events/1": "value_error"}),
        ({"url": URL, "secret": "mine"}, {"/secret": "extra_forbidden"}),
        ({"url": 7, "events": "x"}, {"/url": "string_type", "/events": "list_type"}),
        ({"url": URL, "description": " "}, {"/description": "value_error"}),
    ],
)
def test_given_a_wrong_body_when_subscribed_then_every_wrong_place_is_named(
    client: Client, body: dict[str, Any], wrong: dict[str, str]
):
    assert client.post("/api/webhooks", body).wrong == wrong


def test_given_a_url_that_is_not_to_be_called_when_subscribed_or_set_then_it_says_why(
    client: Client, hooks: Hooks
):
    made = _create(client)
    bad = "https://inside.example.com/"
    hooks.receivers.refused[bad] = UrlError("url_address", "Not public.")

    posted = client.post("/api/webhooks", {"url": bad})
    put = client.put(f"/api/webhooks/{made['webhook_id']}", body={"url": bad})

    assert posted.wrong == put.wrong == {"/url": "url_address"}
    assert len(hooks.store.rows) == 1


def test_given_the_tiers_number_when_one_more_is_subscribed_then_it_is_refused(client: Client):
    made = [client.post("/api/webhooks", {"url": URL}, groups="[free]") for _ in range(3)]

    assert [one.status for one in made] == [201, 201, 409]
    assert made[2].code == "webhook.limit_reached"
    assert client.stranger.post("/api/webhooks", {"url": URL}, groups="[free]").status == 201
    assert client.post("/api/webhooks", {"url": URL}, groups="[pro]").status == 201
    client.delete(f"/api/webhooks/{made[0].json['webhook_id']}")
    assert client.post("/api/webhooks", {"url": URL}, groups="[pro]").status == 201


def test_given_a_webhook_when_replaced_then_by_its_version_only(client: Client):
    made = _create(client, description="Our shop")
    path = f"/api/webhooks/{made['webhook_id']}"
    body = {"url": f"{URL}2", "events": ["run.updated", "run.updated"]}

    stale = client.put(path, body=body, headers={"if-match": '"7"'})
    changed = client.put(path, body=body, headers={"if-match": '"1"'})

    assert stale.code == "precondition.failed"
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json["url"], changed.json["events"], changed.json["description"]) == (
        f"{URL}2", ["run.updated"], None,
    )  # fmt: skip


def test_given_deliveries_that_go_on_when_replaced_with_the_etag_that_was_read_then_it_holds(
    client: Client, hooks: Hooks
):
    made = _create(client)
    path = f"/api/webhooks/{made['webhook_id']}"
    read = client.get(path).headers["etag"]
    assert client.get(path, headers={"if-none-match": read}).status == 304
    announce(hooks.context, hooks.events.add(hooks.clock() + timedelta(days=900)))
    _work(hooks)

    assert client.get(path, headers={"if-none-match": read}).json["delivered_at"] is not None
    assert client.put(path, body={"url": URL}, headers={"if-match": read}).status == 200


def test_given_a_webhook_when_deleted_then_it_is_gone(client: Client):
    path = f"/api/webhooks/{_create(client)['webhook_id']}"

    assert client.delete(path, headers={"if-match": '"9"'}).code == "precondition.failed"
    assert client.delete(path, headers={"if-match": '"1"'}).status == 204
    assert client.get(path).code == "webhook.not_found"
    assert client.delete(path).code == "webhook.not_found"


def test_given_a_secret_when_rotated_then_both_are_good_for_a_day_and_a_key_does_it_once(
    client: Client, hooks: Hooks, kept: FakeIdempotencyLayer, monkeypatch: pytest.MonkeyPatch
):
    made = _create(client)
    path = f"/api/webhooks/{made['webhook_id']}/rotate-secret"
    headers = {"idempotency-key": "r1"}

    first = client.post(path, None, headers=headers)
    monkeypatch.setattr("functions.runtime.idempotency._layer", lambda _: FakeIdempotencyLayer())
    again = client.post(path, None, headers=headers)

    assert first.json["secret"] == again.json["secret"] != made["secret"]
    assert first.json["previous_secret_until"] is not None
    newest, former = _stored(hooks, made["webhook_id"]).secrets
    assert (newest.until, former.until is None) == (None, False)
    third = client.post(path, None)
    secrets = _stored(hooks, made["webhook_id"]).secrets
    assert [one.secret_id for one in secrets][1] == newest.secret_id
    assert third.json["secret"] != first.json["secret"]


def test_given_a_test_event_when_asked_for_then_it_is_sent_and_its_answer_told(
    client: Client, hooks: Hooks
):
    made = _create(client, events=["account.updated"])
    hooks.receivers.answers = [Posted(202)]

    asked = client.post(f"/api/webhooks/{made['webhook_id']}/test", None)
    _work(hooks)

    assert (asked.status, asked.json["state"]) == (202, "pending")
    told = client.get(asked.headers["location"]).json
    assert (told["state"], told["event_type"], told["sequence"]) == ("delivered", "webhook.test", 0)
    assert [one["status_code"] for one in told["attempts"]] == [202]


def _failed(client: Client, hooks: Hooks, number: int = 1) -> tuple[str, list[str]]:
    """A webhook, and deliveries to it that are dead."""
    webhook_id = _create(client)["webhook_id"]
    for _ in range(number):
        announce(hooks.context, hooks.events.add(hooks.clock() + timedelta(days=900)))
    hooks.queue.sends = []
    found = list(hooks.deliveries.rows.values())
    for one in found:
        over = replace(one, state=DeliveryState.FAILED, fault=Fault.STATUS, next_try_at=None)
        hooks.deliveries.end(over)
    return webhook_id, [one.delivery_id for one in found]


def test_given_a_dead_delivery_when_replayed_then_it_is_sent_under_the_same_id(
    client: Client, hooks: Hooks
):
    webhook_id, (delivery_id,) = _failed(client, hooks)
    path = f"/api/webhooks/{webhook_id}/deliveries/{delivery_id}"
    event_id = client.get(path).json["event_id"]

    answer = client.post(f"{path}/replay", None)
    twice = client.post(f"{path}/replay", None)
    _work(hooks)

    assert (answer.status, answer.json["state"], twice.json["state"]) == (202, "pending", "pending")
    assert [got.headers["webhook-id"] for got in hooks.receivers.got] == [event_id]
    assert client.get(path).json["state"] == "delivered"


def test_given_an_event_that_the_log_forgot_when_replayed_then_it_says_so(
    client: Client, hooks: Hooks
):
    webhook_id, (delivery_id,) = _failed(client, hooks)
    hooks.events.rows.clear()

    answer = client.post(f"/api/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", None)

    assert (answer.status, answer.code) == (410, "delivery.event_gone")


def test_given_a_paused_webhook_when_anything_is_to_be_sent_then_it_has_to_be_resumed_first(
    client: Client, hooks: Hooks
):
    webhook_id, (delivery_id,) = _failed(client, hooks)
    _pause(hooks, webhook_id)
    path = f"/api/webhooks/{webhook_id}"
    since = {"since": "2026-03-01T00:00:00Z"}

    told = client.get(path).json
    refused = [
        client.post(f"{path}/test", None),
        client.post(f"{path}/deliveries/{delivery_id}/replay", None),
        client.post(f"{path}/replay", since),
    ]
    resumed = client.post(f"{path}/resume", None)

    assert (told["state"], told["reason"]) == ("paused", "failing")
    assert "resume" in told["notice"].lower()
    assert {one.code for one in refused} == {"webhook.paused"}
    assert (resumed.json["state"], resumed.json["notice"]) == ("active", None)
    assert client.post(f"{path}/resume", None).json == resumed.json
    assert client.post(f"{path}/replay", since).status == 202


def test_given_a_stretch_of_time_when_replayed_then_it_goes_on_in_the_background(
    client: Client, hooks: Hooks
):
    webhook_id, _ = _failed(client, hooks)
    path = f"/api/webhooks/{webhook_id}"
    body = {"since": "2026-03-01T00:00:00Z", "deliveries": "all"}

    answer = client.post(f"{path}/replay", body)

    assert (answer.status, answer.json["finished_at"]) == (202, None)
    (task,) = hooks.queue.replays
    assert task.replay_id == answer.json["replay_id"]
    assert client.get(path).json["replay"] == answer.json


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/since": "missing"}),
        ({"since": 7}, {"/since": "value_error"}),
        (
            {"since": "2026-03-01T12:00:00Z", "until": "2026-03-01T12:00:00Z"},
            {"/until": "not_after_since"},
        ),
        ({"since": "2026-03-01T12:00:00Z", "deliveries": "x"}, {"/deliveries": "literal_error"}),
    ],
)
def test_given_a_wrong_stretch_when_replayed_then_it_says_what(
    client: Client, body: dict[str, Any], wrong: dict[str, str]
):
    path = f"/api/webhooks/{_create(client)['webhook_id']}/replay"

    assert client.post(path, body).wrong == wrong


def test_given_many_deliveries_when_listed_then_in_pages_and_by_state(client: Client, hooks: Hooks):
    webhook_id, ids = _failed(client, hooks, 5)
    announce(hooks.context, hooks.events.add(hooks.clock() + timedelta(days=900)))
    path = f"/api/webhooks/{webhook_id}/deliveries"

    first = client.get(path, query={"state": "failed", "limit": "2"})
    second = client.get(
        path, query={"state": "failed", "limit": "100", "cursor": first.json["next_cursor"]}
    )
    found = [one["delivery_id"] for one in first.json["items"] + second.json["items"]]

    assert len(first.json["items"]) == 2
    assert found == sorted(ids, reverse=True)
    assert len(client.get(path).json["items"]) == 6
    other = client.get(path, query={"cursor": first.json["next_cursor"]})
    assert other.code == "request.invalid_cursor"
    assert client.get(path, query={"state": "x"}).wrong == {"/state": "enum"}


def test_given_anothers_webhook_when_anything_is_asked_then_it_looks_like_none(
    client: Client, hooks: Hooks
):
    webhook_id, (delivery_id,) = _failed(client, hooks)
    path, since = f"/api/webhooks/{webhook_id}", {"since": "2026-03-01T00:00:00Z"}
    other = client.stranger
    mine = _create(other)["webhook_id"]

    answers: list[Answer] = [
        other.get(path),
        other.put(path, body={"url": URL}),
        other.delete(path),
        other.post(f"{path}/rotate-secret", None),
        other.post(f"{path}/resume", None),
        other.post(f"{path}/test", None),
        other.post(f"{path}/replay", since),
        other.get(f"{path}/deliveries"),
        other.get(f"{path}/deliveries/{delivery_id}"),
        other.post(f"{path}/deliveries/{delivery_id}/replay", None),
    ]

    assert {one.code for one in answers} == {"webhook.not_found"}
    assert other.get(f"/api/webhooks/{mine}/deliveries/{delivery_id}").code == "delivery.not_found"
    assert [one["webhook_id"] for one in other.get("/api/webhooks").json["items"]] == [mine]


def test_given_every_type_of_event_when_subscribed_to_by_name_then_it_is_taken(client: Client):
    made = _create(client, events=[one.value for one in EventType][:30])

    assert len(made["events"]) == min(30, len(EventType))
