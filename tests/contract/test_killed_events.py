"""Whoever records, publishes or pushes events is killed before each of its requests, and called
again, as Lambda does it: what is told in the end is what the log holds, and that is what changed.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.dynamo.connections import DynamoConnections
from functions.adapters.dynamo.event_log import DynamoEventLog
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row
from functions.adapters.dynamo.videos import DynamoVideoStore
from functions.domain.events.body import from_json, to_json
from functions.domain.events.connection import CONNECTED_FOR, Connection
from functions.domain.times import utc_now
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.builders import make_queued_video, make_segment
from tests.environment import FUNCTION_ENVIRONMENT
from tests.support.lambdas import FailedError, call

SEGMENTS = 60
# The video, then twice head, marks and the write: before the first, between, and before the last.
RECORDING, PUBLISHING, PUSHING = 7, 6, 4


class Wire(BaseHTTPRequestHandler):
    """The far end of connections, as API Gateway's management API has it."""

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        server: Any = self.server
        server.taken.append((self.path, json.loads(self.rfile.read(size))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def wire() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def queue(bare_cloud: Emulator) -> str:
    """Where all that the bus carries ends up."""
    events, sqs = client(bare_cloud, "events"), client(bare_cloud, "sqs")
    events.create_event_bus(Name="killed")
    url: str = sqs.create_queue(QueueName="killed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = json.dumps({"source": ["cutroom"]})
    events.put_rule(Name="all", EventBusName="killed", EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn["QueueArn"]}
    events.put_targets(Rule="all", EventBusName="killed", Targets=[target])
    return url


@pytest.fixture(scope="module")
def environment(
    bare_cloud: Emulator,
    dynamodb_environment: dict[str, str],
    tables: dict[str, str],
    wire: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    names = {f"{kind.upper()}_TABLE": name for kind, name in tables.items()}
    return {
        **FUNCTION_ENVIRONMENT,
        **bare_cloud.environment(),
        **dynamodb_environment,
        **names,
        "EVENT_BUS": "killed",
        "SOCKET_ENDPOINT": f"http://127.0.0.1:{wire.server_port}",
        "TMPDIR": str(tmp_path_factory.mktemp("killed-events")),
    }


def worked(handler: str, event: Mapping[str, Any], env: dict[str, str], at: int | None) -> bool:
    """Whether it came to its end."""
    try:
        call(handler, event, env, killed_at=at).result()
    except FailedError as error:
        if error.name is not None:
            raise
        return False
    return True


def told_of(user_id: str, video_id: str, table: str) -> dict[str, Any]:
    """New segments of a user, as the stream of their table tells of them."""
    rows = [
        to_row(
            make_segment(
                user_id=user_id,
                video_id=video_id,
                segment_number=number,
                segment_id=f"{user_id}-{number}",
            )
        )
        for number in range(1, SEGMENTS + 1)
    ]
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSourceARN": f"arn:aws:dynamodb:us-east-1:0:table/{table}/stream/1",
                "dynamodb": {
                    "Keys": encode_item({"segment_id": row["segment_id"]}),
                    "NewImage": encode_item(row),
                    "SequenceNumber": str(1_000 + at),
                    "ApproximateCreationDateTime": 1_800_000_000,
                },
            }
            for at, row in enumerate(rows)
        ]
    }


def log_of(tables: Mapping[str, str], user_id: str) -> list[dict[str, Any]]:
    log = DynamoEventLog(tables["events"])
    found = log.after(user_id, 0, limit=500, now=utc_now(), consistent=True)
    return [to_json(one.event) for one in found]


def added(events: list[dict[str, Any]], user_id: str) -> dict[str, Any]:
    """Additions to the log, as its own stream tells of them."""
    images = [
        {
            "user_id": user_id,
            "sequence": one["sequence"],
            "body": json.dumps(to_json(from_json(one, user_id))),
            "written": 1,
            "expires_at": 9_000_000_000,
        }
        for one in events
    ]
    return {"Records": [{"dynamodb": {"NewImage": encode_item(it)}} for it in images]}


def recorded(tables: Mapping[str, str], environment: dict[str, str], at: int | None) -> str:
    """A user of whom all was recorded, by a worker that was killed first."""
    user_id = str(uuid.uuid4())
    video = make_queued_video(video_id=f"v-{user_id}", user_id=user_id)
    DynamoVideoStore(tables["videos"]).create(video)
    event = told_of(user_id, video.video_id, tables["segments"])
    assert worked("record_events", event, environment, at) == (at is None)
    assert worked("record_events", event, environment, None)
    return user_id


@pytest.mark.parametrize("at", range(1, RECORDING + 1))
def test_given_a_recorder_when_killed_at_any_request_then_each_change_is_there_once_in_order(
    tables: dict[str, str], environment: dict[str, str], at: int
) -> None:
    user_id = recorded(tables, environment, at)

    log = log_of(tables, user_id)
    assert [one["sequence"] for one in log] == list(range(1, SEGMENTS + 1))
    subjects = [f"{user_id}-{number}" for number in range(1, SEGMENTS + 1)]
    assert [one["subject_id"] for one in log] == subjects


@pytest.fixture(scope="module")
def whole(tables: dict[str, str], environment: dict[str, str]) -> str:
    return recorded(tables, environment, None)


@pytest.mark.parametrize("at", range(1, PUBLISHING + 1))
def test_given_a_publisher_when_killed_at_any_request_then_the_bus_carries_all_of_the_log(
    bare_cloud: Emulator,
    tables: dict[str, str],
    environment: dict[str, str],
    queue: str,
    whole: str,
    at: int,
) -> None:
    log = log_of(tables, whole)
    event = added(log, whole)

    assert not worked("publish_events", event, environment, at)
    assert worked("publish_events", event, environment, None)

    told: dict[str, Any] = {}
    sqs = client(bare_cloud, "sqs")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            detail = json.loads(message["Body"])["detail"]
            told[detail["id"]] = detail
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert told == {one["id"]: {**one, "user_id": whole} for one in log}


@pytest.mark.parametrize("at", range(1, PUSHING + 1))
def test_given_a_pusher_when_killed_at_any_request_then_a_client_has_all_of_the_log_in_order(
    tables: dict[str, str], environment: dict[str, str], wire: Any, whole: str, at: int
) -> None:
    log, name = log_of(tables, whole), f"c{at}"
    now = utc_now()
    store = DynamoConnections(tables["connections"])
    connection = Connection(
        user_id=whole,
        connection_id=name,
        connected_at=now,
        expires_at=now + CONNECTED_FOR,
        sent=0,
    )
    store.add(connection)
    assert store.subscribe(connection)
    first, second = added(log[:40], whole), added(log[40:], whole)

    worked("push_events", first, environment, at)
    assert worked("push_events", first, environment, None)
    assert worked("push_events", second, environment, None)

    store.remove(whole, name)
    seen = list[Any]()
    for path, message in wire.taken:
        if path.endswith(f"/{name}"):
            # As the README tells clients to do it.
            seen += [
                one
                for one in message["events"]
                if not seen or one["sequence"] > seen[-1]["sequence"]
            ]
    assert seen == log


def test_given_these_tests_when_a_worker_sends_no_more_requests_then_none_was_passed_over(
    tables: dict[str, str], environment: dict[str, str], whole: str
) -> None:
    """Killed before one more, each would have come to its end."""
    event = told_of(str(uuid.uuid4()), f"v-{whole}", tables["segments"])
    log = log_of(tables, whole)

    assert worked("record_events", event, environment, RECORDING + 1)
    assert worked("publish_events", added(log, whole), environment, PUBLISHING + 1)
    assert Path(environment["TMPDIR"]).is_dir()
