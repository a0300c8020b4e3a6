"""1,000 connected clients and 200 events a second on one machine: how long an event takes from its
making to its client, what it costs, and what becomes of events when their workers die.

`make bench NAME=events`, with SECONDS=20 for longer. What is deployed works in threads instead of
Lambdas, see `events_work`, and sends over real sockets. Three times:

- on the local cloud's tables, faster and faster: each of its requests takes this machine some
  five milliseconds of processor time, client and engine together, and that is where it ends;
- at 200 events a second on tables in memory, which answer as late as DynamoDB does (as assumed
  below): what is left is the code's own, and that of the sockets;
- on the local cloud's tables again, while each worker dies at one in forty calls.

Each time what clients were told is held against the log, and the log against what was made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from functions.adapters.aws import client as aws_client
from functions.adapters.dynamo.connections import DynamoConnections
from functions.adapters.dynamo.event_log import DynamoEventLog
from functions.adapters.dynamo.gone_videos import DynamoGoneVideos
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.adapters.event_bus import EventBridgeBus
from functions.adapters.socket_wires import SocketWires
from functions.domain.events.connection import CONNECTED_FOR, Connection
from functions.domain.events.event import Event
from functions.domain.times import utc_now
from infra.local import emulator
from infra.local.deployment import client
from infra.local.paths import ROOT
from tests.bench.events_costs import (
    BUS_USD,
    CALL_USD,
    GB_SECOND_USD,
    MESSAGE_USD,
    Units,
    units_of,
)
from tests.bench.events_webhooks import delivery_units
from tests.bench.events_work import CLIENTS, Line, mortal, slow, video_of
from tests.bench.rows import MissedError, Row, measured
from tests.builders import make_queued_video
from tests.contract.tables import make_tables
from tests.fakes.events import FakeConnections, FakeEventLog, FakeGoneVideos
from tests.support.meter import metered
from tests.support.site import reached

RATE: Final = 200
CLOUD_RATES: Final = (25, 50, 100, RATE)
COUNTED_AT: Final = 50
"""Calls and units are counted where nothing waits: what waits is taken in larger parts."""
KILLED_RATE, KILLS = 25, 1 / 40
READ_S, WRITE_S, BUS_S = 0.005, 0.010, 0.020
LATE: Final = {
    "gone": READ_S, "known": 2 * READ_S, "append": WRITE_S, "of_user": READ_S, "sent": WRITE_S,
    "publish": BUS_S,
}  # fmt: skip
BUS: Final = "bench"


@dataclass(frozen=True)
class Found:
    """What clients saw: milliseconds, and ids by client."""

    line: Line
    p50: float
    p99: float
    told: Mapping[str, Sequence[str]]

    def wrong(self) -> list[str]:
        """Whoever was not told just what the log holds, or whose log is not just what was made."""
        log = {user: _events(self.line, user) for user in self.line.made}
        made = {user: [event.subject_id for event in some] for user, some in log.items()}
        ids = {user: [event.event_id for event in some] for user, some in log.items()}
        lost = [user for user in self.line.made if made[user] != self.line.made[user]]
        untold = [user for user in self.line.made if ids[user] != self.told.get(user)]
        return [
            *(f"{self.line.name}: the log of {user} is not what was made" for user in lost[:3]),
            *(f"{self.line.name}: {user} was not told just their log" for user in untold[:3]),
        ]

    def rows(self, title: str) -> list[Row]:
        return [
            measured(f"{title}: p50", self.p50, unit="ms"),
            measured("  p99", self.p99, unit="ms"),
        ]


def run() -> list[Row]:
    seconds = int(os.environ.get("SECONDS") or 10)
    wrong = list[str]()
    with tempfile.TemporaryDirectory() as folder, _tables(Path(folder)) as tables:
        itself = _by_itself(2 * seconds)
        rows = itself.rows(f"{CLIENTS:,} clients, {RATE} a second, tables in memory")
        wrong += itself.wrong()
        for rate in CLOUD_RATES:
            found, units = _in_cloud(f"at{rate}", tables, rate, seconds)
            rows += found.rows(f"  on the local cloud's tables, {rate} a second")
            wrong += found.wrong()
            if rate == COUNTED_AT:
                costs = _costs(itself.line, found, units)
        rows += costs
        rows += _webhooks(delivery_units(tables))
        rows += _killed(tables, seconds, wrong)
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _by_itself(seconds: int) -> Found:
    log = FakeEventLog(now=utc_now)
    line = Line("fast", log, FakeGoneVideos(), FakeConnections(), Taking())
    line.around = slow(LATE)
    return _followed(line, RATE, seconds)


def _in_cloud(name: str, tables: Mapping[str, str], rate: int, seconds: int) -> tuple[Found, Units]:
    line = _line(name, tables)
    with metered() as calls:
        found = _followed(line, rate, seconds, calls.clear)
    return found, units_of(calls, line.events)


def _killed(tables: Mapping[str, str], seconds: int, wrong: list[str]) -> list[Row]:
    """Each id that the log holds is on the bus, too."""
    counts = Counter[str]()
    line = _line("killed", tables)
    line.around = mortal(KILLS, counts)
    carried = _carried()
    found = _followed(line, KILLED_RATE, seconds)
    ids = {event.event_id for user in line.made for event in _events(line, user)}
    wrong += found.wrong()
    if carried() != ids:
        wrong.append("killed: the bus did not carry just what the log holds")
    if not line.killed:
        wrong.append("killed: nobody was")
    return [
        measured("workers killed", line.killed, unit="workers"),
        measured("  events made meanwhile", line.events, unit="events"),
        measured("  events that clients were told", sum(map(len, found.told.values())), unit=""),
    ]


def _costs(fast: Line, found: Found, units: Units) -> list[Row]:
    """A million events. Functions are counted at the full rate, and pay for what they wait."""
    times, seconds = fast.work_of()
    work = times * CALL_USD + seconds * 0.5 * GB_SECOND_USD
    # Each of these clients takes all of its user's events, in one message or in several.
    messages = sum(found.line.sends.values()) / found.line.events
    every = units.usd + work + BUS_USD + messages * MESSAGE_USD
    return [
        measured("calls of tables, by event", units.calls, unit="calls"),
        measured("  read units", units.read, unit="units"),
        measured("  write units", units.written, unit="units"),
        measured("  messages", messages, unit="messages"),
        measured("a million events: tables", units.usd, unit="dollars"),
        measured("  functions", work, unit="dollars"),
        measured("  bus", BUS_USD, unit="dollars"),
        measured("  messages", messages * MESSAGE_USD, unit="dollars"),
        measured("  in all", every, unit="dollars"),
    ]


def _webhooks(units: Units) -> list[Row]:
    return [
        measured("calls of tables, by delivery of a webhook", units.calls, unit="calls"),
        measured("  read units", units.read, unit="units"),
        measured("  write units", units.written, unit="units"),
        measured("a million deliveries: tables", units.usd, unit="dollars"),
    ]


def _followed(
    line: Line, rate: int, seconds: int, begin: Callable[[], object] = lambda: None
) -> Found:
    with _gateway(line.name) as (port, told):
        line.wires = SocketWires(f"http://127.0.0.1:{port}")
        _connect(line)
        begin()
        line.run(rate, seconds)
        said = told()
    return Found(line, said["p50"], said["p99"], said["told"])


def _connect(line: Line) -> None:
    """All are connected, and have been told all that there is: nothing."""
    now = utc_now()
    for user in map(line.user, range(CLIENTS)):
        connection = Connection(
            user_id=user,
            connection_id=user,
            connected_at=now,
            expires_at=now + CONNECTED_FOR,
            sent=0,
        )
        line.connections.add(connection)
        line.connections.subscribe(connection)


def _line(name: str, tables: Mapping[str, str]) -> Line:
    line = Line(
        name,
        DynamoEventLog(tables["events"], tables["event_marks"]),
        DynamoGoneVideos(tables["videos"]),
        DynamoConnections(tables["connections"]),
        EventBridgeBus(BUS),
    )
    videos = DynamoVideoStore(tables["videos"])
    for user in map(line.user, range(CLIENTS)):
        videos.create(make_queued_video(video_id=video_of(user), user_id=user))
    return line


def _events(line: Line, user_id: str) -> list[Event]:
    found = line.log.after(user_id, 0, limit=1_000, now=utc_now(), consistent=True)
    return [one.event for one in found]


class Taking:
    """A bus that takes all."""

    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        return ()


@contextmanager
def _tables(folder: Path) -> Iterator[dict[str, str]]:
    cloud = emulator.start(folder / "cloud", keep_objects=False)
    try:
        tables = make_tables(client(cloud, "dynamodb"))
        with reached({**emulator.CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint}):
            aws_client("events").create_event_bus(Name=BUS)
            yield tables
    finally:
        cloud.stop()


def _carried() -> Callable[[], set[str]]:
    """From now on all that the bus carries is kept; returns what tells their ids."""
    sqs, events = aws_client("sqs"), aws_client("events")
    url = sqs.create_queue(QueueName=BUS)["QueueUrl"]
    about = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = json.dumps({"source": ["cutroom"]})
    events.put_rule(Name=BUS, EventBusName=BUS, EventPattern=pattern)
    target = {"Id": BUS, "Arn": about["QueueArn"]}
    events.put_targets(Rule=BUS, EventBusName=BUS, Targets=[target])

    def told() -> set[str]:
        ids = set[str]()
        while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            ids |= {json.loads(one["Body"])["detail"]["id"] for one in some}
            gone = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in some]
            sqs.delete_message_batch(QueueUrl=url, Entries=gone)
        return ids

    return told


@contextmanager
def _gateway(name: str) -> Iterator[tuple[int, Callable[[], Any]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.events_gateway", name, str(CLIENTS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        port = int(process.stdout.readline())

        def told() -> Any:
            said, _ = process.communicate(timeout=60)
            return json.loads(said)

        yield port, told
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
