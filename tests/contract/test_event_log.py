"""The log of events, and who is connected: on real tables and on the fakes that stand for them."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.adapters.dynamo.connections import DynamoConnections
from functions.adapters.dynamo.event_log import (
    DynamoEventLog,
    VideoEventRows,
    event_of,
    events_of_stream,
)
from functions.adapters.dynamo.gone_videos import DynamoGoneVideos
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.deletions.deletion import Deletion, DeletionState
from functions.domain.errors import StaleWriteError
from functions.domain.events.body import to_json
from functions.domain.events.change import Change
from functions.domain.events.connection import CONNECTED_FOR, Connection, Ticket, TicketUse, Wanted
from functions.domain.events.event import KEPT, Event, EventType
from functions.domain.events.ports import Connections, Entry, EventLog, Mark
from functions.services.events.record_changes import Recording, record_changes
from tests.builders import make_queued_video, make_segment
from tests.fakes.events import FakeConnections, FakeEventLog, FakeGoneVideos

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def user() -> str:
    return str(uuid.uuid4())


@pytest.fixture(params=["fake", "real"])
def log(request: pytest.FixtureRequest, tables: dict[str, str]) -> EventLog:
    if request.param == "fake":
        return FakeEventLog(now=lambda: datetime.now(UTC))
    return DynamoEventLog(tables["events"], tables["event_marks"])


@pytest.fixture(params=["fake", "real"])
def connections(request: pytest.FixtureRequest, tables: dict[str, str]) -> Connections:
    return (
        FakeConnections() if request.param == "fake" else DynamoConnections(tables["connections"])
    )


def entry(user: str, sequence: int, **fields: Any) -> Entry:
    known: dict[str, Any] = {
        "event_id": f"e{sequence}",
        "user_id": user,
        "sequence": sequence,
        "type": EventType.SEGMENT_CREATED,
        "version": 1,
        "at": NOW,
        "video_id": f"v-{user}",
        "subject_id": f"s{sequence}",
        "data": {"duration": 1.25, "run_id": None, "title": "ünïcode\n"},
    }
    return Entry(event=Event(**{**known, **fields}), with_video=True)


def test_given_events_when_appended_then_they_are_read_in_order_as_they_were(
    log: EventLog, user: str
):
    entries = [entry(user, at) for at in range(1, 21)]
    log.append(user, 0, entries[:12], [])
    log.append(user, 12, entries[12:], [])

    assert log.last(user) == 20
    found = log.after(user, 3, limit=10, now=NOW)
    assert [to_json(one.event) for one in found] == [to_json(one.event) for one in entries[3:13]]
    last = log.before(user, 7, NOW)
    assert last
    assert last.event.sequence == 7
    assert log.before(user, 0, NOW) is None
    assert log.began("nobody") is None
    began = log.began(user)
    assert began
    assert abs(began - datetime.now(UTC)) < timedelta(minutes=1)
    assert abs(last.written - datetime.now(UTC)) < timedelta(minutes=1)


def test_given_a_log_that_went_on_when_appended_then_nothing_of_it_is_written(
    log: EventLog, user: str
):
    log.append(user, 0, [entry(user, 1)], [])

    for last in (0, 2):
        other = entry(user, last + 1, subject_id="other")
        with pytest.raises(StaleWriteError):
            log.append(user, last, [other], [Mark(subject=f"m-{user}", number="1")])

    assert [one.event.subject_id for one in log.after(user, 0, limit=9, now=NOW)] == ["s1"]
    assert log.known({user: {f"m-{user}"}})[user].marks == {}


def test_given_marks_when_written_with_events_then_they_are_read_with_the_head(
    log: EventLog, user: str
):
    marks = [
        Mark(subject=f"a-{user}", number="001"),
        Mark(subject=f"b-{user}", number="002", percent=12.5, progress_at=NOW),
    ]
    log.append(user, 0, [entry(user, 1)], marks)

    found = log.known({user: {f"a-{user}", f"b-{user}", f"c-{user}"}, f"other-{user}": set()})

    assert found[user].last == 1
    assert found[user].marks == {mark.subject: mark for mark in marks}
    assert (found[f"other-{user}"].last, found[f"other-{user}"].marks) == (0, {})


def test_given_events_when_their_time_is_over_then_they_are_not_shown_and_numbers_go_on(
    log: EventLog, user: str
):
    log.append(user, 0, [entry(user, 1)], [])
    later = datetime.now(UTC) + KEPT + timedelta(minutes=1)

    assert list(log.after(user, 0, limit=9, now=later)) == []
    assert log.before(user, 1, later) is None
    assert log.last(user) == 1


def test_given_the_most_that_goes_into_one_write_when_appended_then_it_does(
    log: EventLog, user: str
):
    entries = [entry(user, at) for at in range(1, 51)]
    marks = [Mark(subject=f"{at}-{user}", number="1") for at in range(49)]

    log.append(user, 0, entries, marks)

    assert len(log.after(user, 0, limit=99, now=NOW)) == 50


def test_given_many_workers_of_one_user_when_they_record_at_once_then_none_is_lost(
    log: EventLog, user: str
):
    """300 segments of one run, by six workers, each batch twice."""
    of = Recording(log=log, videos=FakeGoneVideos(), clock=lambda: datetime.now(UTC))
    changes = [
        Change(
            kind="segments",
            key=f"{user}-{at}",
            number=str(at),
            at=NOW,
            after=to_row(make_segment(user_id=user, segment_id=f"s{at}", segment_number=at)),
        )
        for at in range(300)
    ]
    batches = [changes[start : start + 25] for start in range(0, 300, 25)] * 2

    with ThreadPoolExecutor(6) as pool:
        written = sum(pool.map(lambda batch: record_changes(of, batch), batches))

    found = [
        one.event
        for start in (0, 150)
        for one in log.after(user, start, limit=150, now=NOW, consistent=True)
    ]
    assert written == 300
    assert [event.sequence for event in found] == list(range(1, 301))
    assert {event.subject_id for event in found} == {f"s{at}" for at in range(300)}


def test_given_a_stream_when_it_tells_of_the_log_then_events_alone_are_taken(user: str):
    one = entry(user, 5).event
    row = {"user_id": user, "sequence": 5, "body": json.dumps(to_json(one))}
    image = encode_item({**row, "written": 1.5, "expires_at": 9})
    head = encode_item({"user_id": user, "sequence": 0, "last": 5})

    told = events_of_stream(
        [{"dynamodb": {"NewImage": it}} for it in (image, head)] + [{"dynamodb": {}}]
    )

    assert told == [one]


def test_given_a_video_when_its_events_are_removed_then_those_of_others_and_receipts_stay(
    tables: dict[str, str], user: str
):
    log = DynamoEventLog(tables["events"], tables["event_marks"])
    video = make_queued_video(video_id=f"v-{user}", user_id=user)
    receipt = Entry(event=entry(user, 3, type=EventType.DELETION_UPDATED).event, with_video=False)
    log.append(user, 0, [entry(user, 1), entry(user, 2, video_id="other"), receipt], [])
    rows = VideoEventRows(tables["events"])
    deletion = Deletion(
        deletion_id="d",
        video_id=video.video_id,
        user_id=user,
        state=DeletionState.DELETING,
        requested_at=NOW,
        started_at=NOW,
        writers_until=NOW,
    )

    page = rows.page(video, None)
    assert rows.remove(deletion, page.items) == 1

    assert [one.event.sequence for one in log.after(user, 0, limit=9, now=NOW)] == [2, 3]
    assert list(rows.page(video, None).items) == []
    assert log.last(user) == 3


def test_given_videos_when_asked_for_then_those_that_are_there_are_not_gone(
    tables: dict[str, str], user: str
):
    video = make_queued_video(video_id=f"v-{user}", user_id=user)
    DynamoVideoStore(tables["videos"]).create(video)

    gone = DynamoGoneVideos(tables["videos"]).gone({video.video_id, f"x-{user}"})

    assert gone == {f"x-{user}"}


def connection(user: str, name: str = "c1", **fields: Any) -> Connection:
    known: dict[str, Any] = {
        "user_id": user,
        "connection_id": name,
        "connected_at": NOW,
        "expires_at": NOW + CONNECTED_FOR,
    }
    return Connection(**{**known, **fields})


def test_given_connections_when_kept_then_they_are_read_the_oldest_first(
    connections: Connections, user: str
):
    newer = connection(user, "a", connected_at=NOW + timedelta(seconds=1))
    connections.add(newer)
    connections.add(connection(user, "b"))
    connections.add(connection(user, "c", expires_at=NOW - timedelta(seconds=1)))

    assert [one.connection_id for one in connections.of_user(user, NOW)] == ["b", "a"]
    assert connections.get(user, "a") == newer
    assert connections.get(user, "nobody") is None
    connections.remove(user, "a")
    connections.remove(user, "a")
    assert connections.get(user, "a") is None


def test_given_a_subscription_when_it_moves_on_then_of_two_workers_one_moves_it(
    connections: Connections, user: str
):
    wanted = connection(user, wanted=Wanted(video_id="v"), sent=3)
    assert not connections.subscribe(wanted)
    connections.add(connection(user))

    assert connections.subscribe(wanted)
    (read,) = connections.of_user(user, NOW)
    assert read == wanted
    assert connections.sent(read, 9)
    assert not connections.sent(read, 7)
    (read,) = connections.of_user(user, NOW)
    assert read.sent == 9
    connections.remove(user, "c1")
    assert not connections.sent(read, 10)


def test_given_a_ticket_when_taken_then_of_many_who_take_it_one_has_it(
    connections: Connections, user: str
):
    ticket = Ticket(
        user_id=user,
        digest="d1",
        use=TicketUse.WEBSOCKET,
        tier="pro",
        expires_at=NOW + timedelta(seconds=60),
    )
    connections.add_ticket(ticket)

    assert connections.ticket(user, "d1", NOW) == ticket
    assert connections.ticket(user, "d2", NOW) is None
    assert connections.ticket(user, "d1", NOW + timedelta(seconds=61)) is None
    assert list(connections.tickets(user, NOW)) == [ticket]
    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(lambda _: connections.take_ticket(ticket), range(8)))
    assert sorted(took) == [False] * 7 + [True]
    assert list(connections.tickets(user, NOW)) == []


def test_given_a_row_when_read_then_what_was_written_is_its_time():
    row = {"user_id": "u", "sequence": 1, "written": 1_000.5, "body": ""}
    body = to_json(entry("u", 1).event)

    logged = event_of({**row, "body": json.dumps(body)})

    assert logged.written == datetime.fromtimestamp(1_000.5, UTC)
