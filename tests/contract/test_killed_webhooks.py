"""Whoever matches, sends or comes back to webhooks is killed before each of its requests, and
called again, as Lambda and SQS do it: what a receiver was told in the end is what the log holds.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from functions.adapters.dynamo.event_log import DynamoEventLog
from functions.adapters.dynamo.webhook_deliveries import DynamoDeliveryStore
from functions.adapters.dynamo.webhooks import DynamoWebhookStore
from functions.adapters.kms_vault import KmsVault
from functions.domain.events.body import to_detail, to_json
from functions.domain.events.event import Event, EventType
from functions.domain.events.ports import Entry
from functions.domain.times import to_iso, utc_now
from functions.domain.webhooks.webhook import Delivery, DeliveryState, Webhook
from functions.services.webhooks.subscriptions import Wanted, create_webhook
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.builders import make_caller
from tests.environment import FUNCTION_ENVIRONMENT
from tests.events.build import queue_event
from tests.support.lambdas import FailedError, call
from tests.support.receivers import Receiver, receiving

MATCH, DELIVER, RETRY = "match_webhooks", "deliver_webhooks", "retry_webhooks"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with receiving(port) as running:
        yield running


@pytest.fixture(scope="module")
def sends(bare_cloud: Emulator) -> str:
    """What is not taken off it comes again at once."""
    made = client(bare_cloud, "sqs").create_queue(
        QueueName="killed-sends", Attributes={"VisibilityTimeout": "0"}
    )
    return str(made["QueueUrl"])


@pytest.fixture(scope="module")
def environment(
    bare_cloud: Emulator,
    dynamodb_environment: dict[str, str],
    tables: dict[str, str],
    sends: str,
    kms_key: str,
    receiver: Receiver,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    names = {f"{kind.upper()}_TABLE": name for kind, name in tables.items()}
    opening = f"127.0.0.0/8:{receiver.base.rpartition(':')[2]}"
    return {
        **FUNCTION_ENVIRONMENT,
        **bare_cloud.environment(),
        **dynamodb_environment,
        **names,
        "WEBHOOK_SENDS_URL": sends,
        "WEBHOOK_KEY_ID": kms_key,
        "WEBHOOK_RULES": json.dumps({"ports": [443], "openings": [opening]}),
        "TMPDIR": str(tmp_path_factory.mktemp("killed-webhooks")),
    }


@dataclass
class Desk:
    """One user with one webhook, and what is done to what they are told."""

    cloud: Emulator
    tables: Mapping[str, str]
    environment: dict[str, str]
    receiver: Receiver
    webhook: Webhook
    secret: str
    log: list[Event] = field(default_factory=list)

    def happens(self, times: int) -> dict[str, Any]:
        """Events in the log, and what the queue behind the bus has of them."""
        user = self.webhook.user_id
        self.log = [
            Event(
                event_id=str(uuid.uuid4()),
                user_id=user,
                sequence=at,
                type=EventType.SEGMENT_CREATED,
                version=1,
                at=utc_now(),
                subject_id=f"s{at}",
            )
            for at in range(1, times + 1)
        ]
        entries = [Entry(event=one, with_video=True) for one in self.log]
        DynamoEventLog(self.tables["events"], self.tables["event_marks"]).append(
            user, 0, entries, []
        )
        return queue_event(*({"detail": to_detail(one)} for one in self.log))

    def worked(self, handler: str, event: Mapping[str, Any], at: int | None = None) -> bool:
        """Whether it came to its end, with nothing to be tried again."""
        try:
            said = call(handler, event, self.environment, killed_at=at).result()
        except FailedError as error:
            if error.name is not None:
                raise
            return False
        assert not said.get("batchItemFailures"), said
        return True

    def sent(self, at: int | None = None) -> bool:
        """One batch of the queue; whether whoever took it came to their end."""
        queue, sqs = self.environment["WEBHOOK_SENDS_URL"], client(self.cloud, "sqs")
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        if not self.worked(DELIVER, queue_event(*(one["Body"] for one in got)), at):
            return False
        for one in got:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return True

    def settle(self) -> None:
        """Whatever is under way comes to its end, by whoever comes back to it."""
        for _ in range(10):
            self.sent()
            if all(one.state is DeliveryState.DELIVERED for one in self.deliveries()):
                return
            self.time_passes()
            assert self.worked(RETRY, {})
        raise AssertionError("it does not come to its end")

    def deliveries(self) -> list[Delivery]:
        store = DynamoDeliveryStore(self.tables["webhook_deliveries"])
        return list(store.of_webhook(self.webhook.webhook_id, limit=100).items)

    def time_passes(self) -> None:
        """Leases of those who were killed are over."""
        dynamodb = client(self.cloud, "dynamodb")
        for one in self.deliveries():
            if one.next_try_at is None:
                continue
            dynamodb.update_item(
                TableName=self.tables["webhook_deliveries"],
                Key={
                    "webhook_id": {"S": one.webhook_id},
                    "delivery_id": {"S": one.delivery_id},
                },
                UpdateExpression="SET next_try_at = :now",
                ExpressionAttributeValues={":now": {"S": to_iso(utc_now())}},
            )

    def agrees(self) -> bool:
        """Whether the receiver was told what the log has, signed, and the rows say so."""
        got = self.receiver.got[self.webhook.url.removeprefix(self.receiver.base)]
        told = {one.message: one.verified(self.secret) for one in got}
        rows = {one.event_id: one.state for one in self.deliveries()}
        return told == {one.event_id: to_json(one) for one in self.log} and rows == dict.fromkeys(
            told, DeliveryState.DELIVERED
        )

    @property
    def posts(self) -> int:
        return len(self.receiver.got[self.webhook.url.removeprefix(self.receiver.base)])


@pytest.fixture
def desk(
    bare_cloud: Emulator,
    tables: dict[str, str],
    environment: dict[str, str],
    kms_key: str,
    receiver: Receiver,
) -> Any:
    def make() -> Desk:
        # What others have left in the tables may have been put into it, too.
        client(bare_cloud, "sqs").purge_queue(QueueUrl=environment["WEBHOOK_SENDS_URL"])
        vault, user = KmsVault(kms_key), str(uuid.uuid4())
        webhook = create_webhook(
            make_caller(user),
            Wanted(url=receiver.url(f"/{user}"), events=("*",)),
            webhooks=DynamoWebhookStore(tables["webhooks"]),
            keeper=vault,
            limit=5,
            now=utc_now(),
        )
        secret = vault.open(webhook.secrets[0].sealed, user_id=user, webhook_id=webhook.webhook_id)
        return Desk(bare_cloud, tables, environment, receiver, webhook, secret)

    return make


def test_given_a_matcher_when_killed_at_any_request_then_each_event_is_delivered(desk: Any) -> None:
    for at in count(1):
        one: Desk = desk()
        event = one.happens(2)
        if one.worked(MATCH, event, at):
            break
        assert one.worked(MATCH, event)
        one.settle()
        assert one.agrees(), at
        assert one.posts == 2
    # The subscriptions, then row by row, and the queue.
    assert at > 4


def test_given_a_sender_when_killed_at_any_request_then_each_event_is_delivered(desk: Any) -> None:
    posts = list[int]()
    for at in count(1):
        one: Desk = desk()
        assert one.worked(MATCH, one.happens(1))
        if one.sent(at):
            break
        one.settle()
        assert one.agrees(), at
        posts.append(one.posts)
    # Only who dies between the request and its row has it sent twice, under the same id.
    assert posts == [1] * (len(posts) - 2) + [2, 2]
    assert len(posts) == 8


def test_given_who_comes_back_when_killed_at_any_request_then_each_event_is_delivered(
    bare_cloud: Emulator, desk: Any, sends: str
) -> None:
    one: Desk = desk()
    assert one.worked(MATCH, one.happens(1))
    # The message is lost with whoever had it.
    client(bare_cloud, "sqs").purge_queue(QueueUrl=sends)
    one.time_passes()

    for at in count(1):
        if one.worked(RETRY, {}, at):
            break
        # Who dies between the row and the message has put it off; nothing was sent as yet.
        one.time_passes()
        assert one.posts == 0
    one.settle()

    assert one.agrees()
    # Shard by shard, the row that was found, its lease, and the message.
    assert at > 11
