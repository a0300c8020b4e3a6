"""POST /api/events/tickets"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.domain.events.connection import digest_of
from functions.domain.times import utc_now
from tests.builders import USER
from tests.fakes.world import World
from tests.unit.api.client import Client

PATH = "/api/events/tickets"


@pytest.mark.parametrize(
    ("use", "life"),
    [("websocket", timedelta(minutes=1)), ("event_source", timedelta(hours=1))],
)
def test_given_a_use_when_a_ticket_is_asked_for_then_it_is_kept_by_its_digest_alone(
    world: World, client: Client, use: str, life: timedelta
):
    world.events.heads[USER] = 41

    answer = client.post(PATH, {"use": use})

    assert answer.status == 201
    assert (answer.json["use"], answer.json["sequence"]) == (use, 41)
    left = datetime.fromisoformat(answer.json["expires_at"]) - utc_now()
    assert life - timedelta(seconds=30) < left <= life
    user, _, secret = answer.json["ticket"].rpartition(".")
    (kept,) = world.connections.kept.values()
    assert (user, digest_of(secret)) == (USER, kept.digest)
    assert secret not in repr(kept)
    assert len(secret) >= 43


def test_given_tickets_when_asked_for_then_no_two_are_alike(client: Client):
    texts = {client.post(PATH, {"use": "websocket"}).json["ticket"] for _ in range(5)}

    assert len(texts) == 5


def test_given_a_tier_when_its_tickets_are_used_up_then_it_says_what_to_do(client: Client):
    for _ in range(20):
        assert client.post(PATH, {"use": "event_source"}).status == 201

    answer = client.post(PATH, {"use": "event_source"})

    assert answer.status == 429
    assert answer.json["code"] == "events.too_many_tickets"
    assert "retry-after" in answer.headers


@pytest.mark.parametrize("body", [{}, {"use": "both"}, {"use": "websocket", "life": 9}, []])
def test_given_a_bad_body_when_sent_then_it_is_refused(client: Client, body: object):
    assert client.post(PATH, body).status == 422
