"""Reading the log, pushing it to connections, and answering an EventSource."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.events.connection import CONNECTED_FOR, Connection, Wanted
from functions.domain.events.event import KEPT, Event, EventType
from functions.domain.tiers import Tier
from functions.services.events.follow_socket import connect, hear
from functions.services.events.push_events import MESSAGE_BYTES, Pushing, push_events, tell
from functions.services.events.read_events import (
    SHOWN_AFTER,
    TooOldError,
    events_after,
    require_whole,
)
from functions.services.events.stream_events import Listening, Streaming, stream_events
from functions.services.events.tickets import TooManyError
from tests.builders import STRANGER, USER, VIDEO
from tests.fakes.clock import EPOCH
from tests.fakes.events import FakeConnections, FakeEventLog, FakeWires

LIMITS = {Tier.FREE: 2, Tier.PRO: 5, Tier.ENTERPRISE: 9}
LATER = EPOCH + timedelta(minutes=1)


def event(sequence: int, user_id: str = USER, **fields: Any) -> Event:
    known: dict[str, Any] = {
        "event_id": f"e{sequence}",
        "user_id": user_id,
        "sequence": sequence,
        "type": EventType.SEGMENT_CREATED,
        "version": 1,
        "at": EPOCH,
        "video_id": VIDEO,
        "subject_id": f"s{sequence}",
        "data": {"run_id": "run-1"},
    }
    return Event(**{**known, **fields})


@dataclass
class Line:
    log: FakeEventLog = field(default_factory=FakeEventLog)
    connections: FakeConnections = field(default_factory=FakeConnections)
    wires: FakeWires = field(default_factory=FakeWires)
    now: datetime = LATER
    waited: float = 0.0

    @property
    def pushing(self) -> Pushing:
        return Pushing(
            log=self.log,
            connections=self.connections,
            wires=self.wires,
            clock=lambda: self.now,
            at_once=4,
        )

    def add(self, *sequences: int, **fields: Any) -> list[Event]:
        events = [event(at, **fields) for at in sequences]
        for one in events:
            self.log.put(one)
        return events

    def join(self, name: str = "c1", sent: int | None = 0, **wanted: str) -> Connection:
        connection = Connection(
            user_id=USER,
            connection_id=name,
            connected_at=EPOCH,
            expires_at=EPOCH + CONNECTED_FOR,
            wanted=Wanted(**wanted),
            sent=sent,
        )
        self.connections.add(connection)
        return connection

    def told(self, name: str = "c1") -> list[int]:
        """Numbers, as they came over the wire."""
        messages = [json.loads(text) for text in self.wires.taken.get(name, [])]
        return [one["sequence"] for it in messages for one in it.get("events", [])]

    def answers(self, name: str = "c1") -> list[dict[str, Any]]:
        messages = [json.loads(text) for text in self.wires.taken.get(name, [])]
        return [it for it in messages if it["type"] != "events"]

    def say(self, message: Any, name: str = "c1") -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        hear(self.pushing, USER, name, text)

    def sent(self, name: str = "c1") -> int | None:
        connection = self.connections.get(USER, name)
        assert connection
        return connection.sent

    def stream(self, after: int | None, wait: float = 0, **wanted: str) -> str:
        def pause(seconds: float) -> None:
            self.waited += seconds
            self.now += timedelta(seconds=seconds)

        of = Streaming(log=self.log, clock=lambda: self.now, wait=pause)
        asked = Listening(
            user_id=USER, after=after, wanted=Wanted(**wanted), wait=timedelta(seconds=wait)
        )
        return stream_events(of, asked)


def ids(text: str) -> list[int]:
    return [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]


# Reading


def test_given_a_gap_that_is_new_when_read_then_what_is_behind_it_waits():
    line = Line(now=EPOCH + SHOWN_AFTER / 2)
    line.add(1, 2, 4)

    assert events_after(line.log, USER, 0, line.now).up_to == 2
    line.add(3)
    assert events_after(line.log, USER, 0, line.now).up_to == 4


def test_given_a_gap_that_is_old_when_read_then_its_video_was_deleted_and_it_is_passed():
    line = Line()
    line.add(1, 4, 5)

    found = events_after(line.log, USER, 0, line.now)

    assert [one.sequence for one in found.events] == [1, 4, 5]


def test_given_events_past_their_time_when_read_then_they_are_not_there_though_they_are():
    line = Line(now=EPOCH + KEPT)
    line.add(1, 2)

    assert events_after(line.log, USER, 0, line.now).events == []
    with pytest.raises(TooOldError) as caught:
        require_whole(line.log, USER, 0, line.now)
    assert caught.value.last == 2


@pytest.mark.parametrize("sequence", [-1, 6, 2**60])
def test_given_a_number_that_is_not_of_this_log_when_asked_for_then_it_says_so(sequence: int):
    line = Line()
    line.add(1, 2, 3, 4, 5)

    with pytest.raises(TooOldError):
        require_whole(line.log, USER, sequence, line.now)


def test_given_a_deleted_video_when_its_numbers_are_missing_then_the_rest_is_whole():
    line = Line()
    line.add(1, 5, 6)

    require_whole(line.log, USER, 1, line.now)
    require_whole(line.log, USER, 3, line.now)


def test_given_a_young_log_when_its_first_video_was_deleted_then_the_rest_is_whole():
    line = Line()
    line.add(5, 6)

    require_whole(line.log, USER, 0, line.now)
    line.now = EPOCH + KEPT
    with pytest.raises(TooOldError):
        require_whole(line.log, USER, 0, line.now)


# Pushing


def test_given_connections_when_something_is_new_then_each_is_told_what_it_wants():
    line = Line()
    line.join("all")
    line.join("video", video_id=VIDEO)
    line.join("job", job_id="s2")
    line.join("run", job_id="run-1")
    line.join("other", video_id="another")
    line.join("silent", sent=None)
    events = line.add(1, 2, 3)

    push_events(line.pushing, events)

    assert line.told("all") == line.told("video") == line.told("run") == [1, 2, 3]
    assert line.told("job") == [2]
    assert line.told("other") == line.told("silent") == []


def test_given_another_users_events_when_pushed_then_nobody_else_hears_of_them():
    line = Line()
    line.join()

    push_events(line.pushing, line.add(1, user_id=STRANGER))

    assert line.wires.taken == {}


def test_given_a_push_that_was_lost_when_the_next_comes_then_it_tells_both():
    line = Line()
    line.join()
    line.add(1, 2)

    push_events(line.pushing, line.add(3))

    assert line.told() == [1, 2, 3]


def test_given_records_out_of_order_when_pushed_then_they_are_told_in_order():
    line = Line(now=EPOCH)
    line.join()
    (second,) = line.add(2)

    push_events(line.pushing, [second])
    assert line.told() == []

    push_events(line.pushing, line.add(1))
    assert line.told() == [1]
    push_events(line.pushing, line.add(3))
    assert line.told() == [1, 2, 3]


def test_given_the_same_records_again_when_pushed_then_nothing_is_told_twice():
    line = Line()
    line.join()
    events = line.add(1, 2)

    push_events(line.pushing, events)
    push_events(line.pushing, events)

    assert line.told() == [1, 2]


def test_given_a_worker_killed_before_it_is_noted_when_repeated_then_nothing_is_left_out():
    line = Line()
    line.join()
    events = line.add(1, 2)

    def killed(*_: Any) -> bool:
        raise KeyboardInterrupt

    noted, line.connections.sent = line.connections.sent, killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        push_events(line.pushing, events)
    line.connections.sent = noted  # type: ignore[method-assign]
    push_events(line.pushing, events)

    # A client passes over numbers that it has seen.
    assert line.told() == [1, 2, 1, 2]
    assert line.sent() == 2


def test_given_somebody_who_has_gone_when_told_then_they_are_forgotten_and_others_are_told():
    line = Line(wires=FakeWires(gone={"c1"}))
    line.join("c1")
    line.join("c2")

    push_events(line.pushing, line.add(1))

    assert line.connections.get(USER, "c1") is None
    assert line.told("c2") == [1]


def test_given_a_slow_client_when_it_takes_nothing_then_it_is_closed_and_others_are_told():
    def refuse(name: str) -> None:
        if name == "slow":
            raise UnavailableError("dependency.unavailable", "The connection failed.")

    line = Line(wires=FakeWires(refuse=refuse))
    line.join("slow")
    line.join("quick")

    push_events(line.pushing, line.add(1))

    assert line.wires.closed == ["slow"]
    assert line.connections.get(USER, "slow") is None
    assert line.told("quick") == [1]


def test_given_much_that_nobody_wants_when_pushed_then_how_far_it_is_is_noted_now_and_then():
    line = Line()
    line.join(video_id="another")

    push_events(line.pushing, line.add(*range(1, 41)))
    assert line.sent() == 0
    push_events(line.pushing, line.add(*range(41, 81)))
    assert line.sent() == 80


def test_given_very_much_when_told_then_messages_are_of_a_size_that_is_taken():
    line = Line()
    connection = line.join()
    line.add(*range(1, 701))

    tell(line.pushing, connection)

    assert line.told() == list(range(1, 701))
    assert max(map(len, line.wires.taken["c1"])) < MESSAGE_BYTES + 1_000


# The WebSocket


def test_given_a_new_connection_when_it_subscribes_then_it_hears_what_comes_from_now_on():
    line = Line()
    line.join(sent=None)
    line.add(1, 2)

    line.say({"action": "subscribe"})
    push_events(line.pushing, line.add(3))

    assert line.answers() == [{"type": "subscribed", "sequence": 2}]
    assert line.told() == [3]


def test_given_a_lost_connection_when_it_comes_back_then_it_goes_on_from_where_it_was():
    line = Line()
    line.join(sent=None)
    line.add(1, 2, 3, 4)

    line.say({"action": "subscribe", "after": 2})

    assert line.told() == [3, 4]


def test_given_a_number_from_long_ago_when_subscribed_then_the_client_must_read_anew():
    line = Line(now=EPOCH + KEPT)
    connection = line.join(sent=None)
    line.connections.rows[USER, "c1"] = Connection(
        user_id=USER,
        connection_id=connection.connection_id,
        connected_at=line.now,
        expires_at=line.now + CONNECTED_FOR,
    )
    line.add(1, 2, 3)

    line.say({"action": "subscribe", "after": 1})

    assert line.answers() == [{"type": "resync", "sequence": 3}]
    assert line.sent() == 3


def test_given_a_ping_when_something_was_not_told_then_it_is_told_now():
    line = Line()
    line.join(sent=1)
    line.add(1, 2)

    line.say({"action": "ping"})

    assert line.told() == [2]
    assert line.answers() == [{"type": "pong", "sequence": 2}]


@pytest.mark.parametrize(
    ("message", "pointers"),
    [
        ("", ["/action"]),
        ("[" * 2_000, ["/action"]),
        ("[]", ["/action"]),
        ({"action": "shout"}, ["/action"]),
        ({"action": ["ping"]}, ["/action"]),
        ({"action": "subscribe", "after": "1"}, ["/after"]),
        ({"action": "subscribe", "after": True}, ["/after"]),
        ({"action": "subscribe", "after": -1, "video_id": 5}, ["/after", "/video_id"]),
        ({"action": "subscribe", "job_id": "x" * 129}, ["/job_id"]),
        ({"action": "subscribe", "video_id": ""}, ["/video_id"]),
        ("x" * 5_000, ["/action"]),
    ],
)
def test_given_nonsense_when_it_is_said_then_all_that_is_wrong_is_named(
    message: Any, pointers: list[str]
):
    line = Line()
    line.join(sent=None)

    line.say(message)

    (told,) = line.answers()
    assert told["type"] == "error"
    assert [one["pointer"] for one in told["errors"]] == pointers


def test_given_an_unknown_connection_when_it_speaks_then_it_is_closed():
    line = Line()

    line.say({"action": "ping"}, name="nobody")

    assert line.wires.closed == ["nobody"]


def test_given_a_tier_when_its_connections_are_used_up_then_one_more_is_refused():
    line = Line()
    for name in ("a", "b"):
        connect(line.pushing, USER, name, Tier.FREE, LIMITS)

    with pytest.raises(TooManyError):
        connect(line.pushing, USER, "c", Tier.FREE, LIMITS)

    assert [one.connection_id for one in line.connections.of_user(USER, line.now)] == ["a", "b"]
    line.now += CONNECTED_FOR
    connect(line.pushing, USER, "d", Tier.FREE, LIMITS)


# The EventSource


def test_given_the_first_request_when_answered_then_at_once_and_with_where_to_go_on():
    line = Line()
    line.add(1, 2)

    text = line.stream(None, wait=20)

    assert ids(text) == [2]
    assert "data:" not in text
    assert line.waited == 0


def test_given_events_when_asked_for_then_each_is_a_block_of_its_own():
    line = Line()
    line.add(1, 2, 3)

    text = line.stream(1)

    assert text.startswith("retry: ")
    assert ids(text) == [2, 3]
    blocks = [block for block in text.split("\n\n") if "data: " in block]
    assert [json.loads(block.split("data: ")[1])["sequence"] for block in blocks] == [2, 3]
    assert all("event: segment.created\n" in block for block in blocks)
    assert text.endswith("\n\n")


def test_given_nothing_new_when_time_is_up_then_a_comment_and_where_to_go_on():
    line = Line()
    line.add(1)

    text = line.stream(1, wait=20)

    assert ": nothing new\n\n" in text
    assert ids(text) == [1]
    assert 20 <= line.waited < 21


def test_given_events_that_are_not_wanted_when_answered_then_it_goes_on_behind_them():
    line = Line()
    line.add(1, 2, 3)

    text = line.stream(0, video_id="another")

    assert ids(text) == [3]
    assert "data:" not in text


def test_given_a_number_from_long_ago_when_asked_for_then_the_client_is_told_to_read_anew():
    line = Line(now=EPOCH + KEPT)
    line.add(1, 2, 3)

    text = line.stream(1)

    assert "event: resync\n" in text
    assert ids(text)[-1] == 3


def test_given_a_client_that_loses_every_other_answer_when_it_comes_again_then_it_has_all():
    line = Line()
    seen: list[int] = []
    last = ids(line.stream(None))[-1]
    for at in range(1, 31):
        line.add(at)
        text = line.stream(last)
        if at % 3 == 0:
            new = [
                int(b.split("id: ")[1].split("\n")[0]) for b in text.split("\n\n") if "data:" in b
            ]
            seen += new
            last = ids(text)[-1]

    assert seen == list(range(1, 31))
