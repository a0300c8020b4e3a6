"""The functions of webhooks: who matches events, who sends them, who comes back to what waits."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_table
from infra.constructs.python_function import Sizing
from infra.constructs.tables import RETRY_INDEX

MATCH_S = 60
# Ten tries side by side, each of ten seconds at the most, and what is written around them.
DELIVER_S = 30
RETRY_S = 55


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Of single tries, and of events."""

    sends: sqs.Queue
    matches: sqs.Queue


class WebhookFunctions(FunctionSet):
    def match(self, queues: Queues) -> lambda_.Function:
        tables = self._data.tables
        function = self._made("MatchWebhooks", "match_webhooks", Sizing(timeout_s=MATCH_S), queues)
        grant_table(function, tables.webhooks, "Query", "GetItem", "UpdateItem")
        grant_table(function, tables.webhook_deliveries, "GetItem", "PutItem", "UpdateItem")
        grant_table(function, tables.events, "GetItem", "Query")
        self._let_send(function, queues.sends, queues.matches)
        return function

    def deliver(self, queues: Queues) -> lambda_.Function:
        tables = self._data.tables
        sizing = Sizing(timeout_s=DELIVER_S)
        function = self._made("DeliverWebhooks", "deliver_webhooks", sizing, queues)
        grant_table(function, tables.webhooks, "GetItem", "UpdateItem")
        grant_table(function, tables.webhook_deliveries, "GetItem", "UpdateItem")
        grant_table(function, tables.events, "GetItem")
        self._let_send(function, queues.sends)
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["kms:Decrypt"], resources=[self._data.webhook_key.key_arn])
        )
        return function

    def retry(self, queues: Queues) -> lambda_.Function:
        deliveries = self._data.tables.webhook_deliveries
        function = self._made("RetryWebhooks", "retry_webhooks", Sizing(timeout_s=RETRY_S), queues)
        grant_table(function, deliveries, "BatchGetItem", "UpdateItem")
        grant_table(function, deliveries, index=RETRY_INDEX[0])
        self._let_send(function, queues.sends)
        return function

    def serve(self, api: lambda_.Function, queues: Queues) -> None:
        """What the API does of it: subscriptions, secrets, tests and replays."""
        tables = self._data.tables
        for name, value in self._webhook_environment(queues).items():
            api.add_environment(name, value)
        api.add_environment("WEBHOOK_LIMITS", self._settings.webhook_limits())
        changes = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable")
        grant_table(api, tables.webhooks, *changes)
        deliveries = ("GetItem", "Query", "PutItem", "UpdateItem", "DescribeTable")
        grant_table(api, tables.webhook_deliveries, *deliveries)
        grant_table(api, tables.events, "GetItem", "DescribeTable")
        self._let_send(api, queues.sends, queues.matches)
        api.add_to_role_policy(
            iam.PolicyStatement(
                actions=["kms:Encrypt", "kms:Decrypt"],
                resources=[self._data.webhook_key.key_arn],
            )
        )

    def _let_send(self, function: lambda_.Function, *queues: sqs.Queue) -> None:
        """On AWS the right to send is that to send many; the local cloud has another for that."""
        many = ("sqs:SendMessageBatch",) if self._settings.local else ()
        for queue in queues:
            queue.grant(function, "sqs:SendMessage", *many)

    def _made(self, name: str, handler: str, sizing: Sizing, queues: Queues) -> lambda_.Function:
        return self._add(name, handler, sizing, self._webhook_environment(queues))

    def _webhook_environment(self, queues: Queues) -> dict[str, str]:
        tables = self._data.tables
        return {
            "WEBHOOKS_TABLE": tables.webhooks.table_name,
            "WEBHOOK_DELIVERIES_TABLE": tables.webhook_deliveries.table_name,
            "EVENTS_TABLE": tables.events.table_name,
            "WEBHOOK_SENDS_URL": queues.sends.queue_url,
            "WEBHOOK_MATCHES_URL": queues.matches.queue_url,
            "WEBHOOK_KEY_ID": self._data.webhook_key.key_id,
            "WEBHOOK_RULES": self._settings.webhook_rules(),
            "WEBHOOK_WAITS": self._settings.webhook_waits_told(),
        }
