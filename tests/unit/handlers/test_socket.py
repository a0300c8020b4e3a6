"""The WebSocket's routes, and who is let in: as API Gateway calls them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from functions import bootstrap_events
from functions.adapters.user_tokens import InvalidTokenError
from functions.domain.events.connection import Ticket, TicketUse, digest_of, ticket_text
from functions.domain.times import utc_now
from functions.handlers import authorize_events, socket, stream_events
from functions.services.events.push_events import Pushing
from tests.builders import USER
from tests.fakes.events import FakeConnections, FakeEventLog, FakeWires
from tests.fakes.lambda_context import FakeLambdaContext

ARN = "arn:aws:execute-api:eu-west-1:0:api/live/$connect"


class Tokens:
    def claims(self, token: str, _: object) -> Mapping[str, Any]:
        if token != "good":
            raise InvalidTokenError("bad")
        return {"sub": USER, "cognito:groups": ["pro"]}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeConnections:
    made = FakeConnections()
    log, wires = FakeEventLog(), FakeWires()
    of = Pushing(log=log, connections=made, wires=wires, clock=utc_now)
    monkeypatch.setattr(bootstrap_events, "connections", lambda _: made)
    monkeypatch.setattr(bootstrap_events, "pushing", lambda _: of)
    monkeypatch.setattr(bootstrap_events, "event_log", lambda _: log)
    monkeypatch.setattr(bootstrap_events, "user_tokens", lambda *_: Tokens())
    return made


def ticket(store: FakeConnections, use: TicketUse) -> str:
    store.add_ticket(
        Ticket(
            user_id=USER,
            digest=digest_of("secret"),
            use=use,
            tier="free",
            expires_at=utc_now() + timedelta(minutes=1),
        )
    )
    return ticket_text(USER, "secret")


def lets_in(protocols: str = "", query: Mapping[str, str] | None = None) -> str | None:
    event = {
        "methodArn": ARN,
        "headers": {"Sec-WebSocket-Protocol": protocols} if protocols else {},
        "queryStringParameters": query,
    }
    answer = authorize_events.lambda_handler(event, FakeLambdaContext())
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == ARN
    assert (statement["Effect"] == "Allow") == bool(answer["context"])
    return answer["context"].get("tier")


@pytest.mark.usefixtures("store")
def test_given_a_token_when_offered_as_a_subprotocol_then_its_user_is_let_in():
    assert lets_in("cutroom.v1, bearer.good") == "pro"
    assert lets_in("cutroom.v1, bearer.bad") is None
    assert lets_in("cutroom.v1") is None
    assert lets_in() is None


def test_given_a_ticket_when_it_comes_by_either_way_then_it_is_good_once(store: FakeConnections):
    text = ticket(store, TicketUse.WEBSOCKET)
    assert lets_in(f"cutroom.v1,ticket.{text}") == "free"
    assert lets_in(f"cutroom.v1,ticket.{text}") is None

    text = ticket(store, TicketUse.WEBSOCKET)
    assert lets_in(query={"ticket": text}) == "free"
    assert lets_in(query={"ticket": text}) is None


def test_given_a_ticket_of_an_event_source_when_a_socket_brings_it_then_it_stays_out(
    store: FakeConnections,
):
    text = ticket(store, TicketUse.EVENT_SOURCE)

    assert lets_in(query={"ticket": text}) is None
    for _ in range(3):
        answer = authorize_events.lambda_handler(
            {"headers": {}, "queryStringParameters": {"ticket": text}}, FakeLambdaContext()
        )
        assert answer == {"isAuthorized": True, "context": {"user_id": USER, "tier": "free"}}


@pytest.mark.parametrize("text", ["", ".", "a.", ".b", "x" * 300, f"{USER}.other"])
def test_given_what_is_no_ticket_when_brought_then_nobody_is_let_in(
    store: FakeConnections, text: str
):
    ticket(store, TicketUse.EVENT_SOURCE)
    event = {"headers": {"authorization": "Basic x"}, "queryStringParameters": {"ticket": text}}

    answer = authorize_events.lambda_handler(event, FakeLambdaContext())

    assert answer == {"isAuthorized": False, "context": {}}


def connect(name: str, protocols: str = "", tier: str = "free") -> dict[str, Any]:
    event = {
        "headers": {"Sec-WebSocket-Protocol": protocols} if protocols else {},
        "requestContext": {
            "eventType": "CONNECT",
            "connectionId": name,
            "authorizer": {"user_id": USER, "tier": tier},
        },
    }
    return socket.lambda_handler(event, FakeLambdaContext())


def test_given_a_client_when_it_connects_then_it_is_answered_with_what_it_has_offered(
    store: FakeConnections,
):
    assert connect("a", "cutroom.v1, bearer.good")["headers"] == {
        "Sec-WebSocket-Protocol": "cutroom.v1"
    }
    assert connect("b")["headers"] == {}
    assert connect("c")["statusCode"] == 200
    assert connect("d")["statusCode"] == 429
    assert [name for _, name in store.rows] == ["a", "b", "c"]


def test_given_a_client_when_it_disconnects_then_it_is_forgotten(store: FakeConnections):
    connect("a")
    event = {
        "requestContext": {
            "eventType": "DISCONNECT",
            "connectionId": "a",
            "authorizer": {"user_id": USER, "tier": "free"},
        }
    }

    socket.lambda_handler(event, FakeLambdaContext())

    assert store.rows == {}


@pytest.mark.usefixtures("store")
def test_given_bad_words_when_an_event_source_asks_then_each_is_named():
    event = {
        "headers": {"last-event-id": "12x"},
        "queryStringParameters": {"wait": "99", "video_id": "x" * 200},
        "requestContext": {"authorizer": {"lambda": {"user_id": USER}}},
    }

    answer = stream_events.lambda_handler(event, FakeLambdaContext())

    assert answer["statusCode"] == 422
    told = json.loads(answer["body"])
    assert [one["pointer"] for one in told["errors"]] == ["/after", "/wait", "/video_id"]
