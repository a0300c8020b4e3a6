"""The functions of events: who records them, who hands them on, and who may follow."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_table
from infra.constructs.python_function import Sizing


class EventFunctions(FunctionSet):
    def told(self) -> dict[str, dynamodb.TableV2]:
        """The tables whose changes are told of, by the names of their kinds."""
        tables = self._data.tables
        return {
            "videos": tables.videos,
            "runs": tables.runs,
            "segments": tables.segments,
            "moments": tables.moments,
            "generations": tables.generations,
            "deletions": tables.deletions,
            "lipsync_jobs": tables.lipsync_jobs,
            "social_accounts": tables.social_accounts,
            "webhooks": tables.webhooks,
        }

    def record(self) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            **{f"{kind.upper()}_TABLE": table.table_name for kind, table in self.told().items()},
            "EVENTS_TABLE": tables.events.table_name,
            "EVENT_MARKS_TABLE": tables.event_marks.table_name,
        }
        # Whoever read a video before it was marked has ended when its deletion looks a last time:
        # no longer than `deletion_settle_s`.
        sizing = Sizing(memory_mb=512, timeout_s=29)
        function = self._add("RecordEvents", "record_events", sizing, environment)
        grant_table(function, tables.events, "BatchGetItem", "PutItem", "UpdateItem")
        grant_table(function, tables.event_marks, "BatchGetItem", "PutItem")
        grant_table(function, tables.videos, "BatchGetItem")
        return function

    def publish(self, bus: events.EventBus) -> lambda_.Function:
        environment = {"EVENT_BUS": bus.event_bus_name}
        function = self._add("PublishEvents", "publish_events", Sizing(timeout_s=60), environment)
        bus.grant_put_events_to(function)
        return function

    def push(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=512, timeout_s=120)
        function = self._add("PushEvents", "push_events", sizing, self._followed())
        self._grant_following(function)
        return function

    def socket(self) -> lambda_.Function:
        environment = {**self._followed(), "EVENT_LIMITS": self._settings.event_limits()}
        function = self._add("Socket", "socket", Sizing(timeout_s=29), environment)
        self._grant_following(function)
        grant_table(function, self._data.tables.connections, "GetItem", "PutItem")
        return function

    def authorize(self) -> lambda_.Function:
        users, connections = self._data.users, self._data.tables.connections
        environment = {
            "CONNECTIONS_TABLE": connections.table_name,
            "USER_POOL_ID": users.pool.user_pool_id,
            "USER_POOL_CLIENT_ID": users.client.user_pool_client_id,
        }
        sizing = Sizing(memory_mb=512, timeout_s=10)
        function = self._add("AuthorizeEvents", "authorize_events", sizing, environment)
        grant_table(function, connections, "GetItem", "DeleteItem")
        return function

    def stream(self) -> lambda_.Function:
        """It waits, most of the time: as small as may be, since waiting is paid by size. Those who
        wait leave others their share of what the account may run at once."""
        table = self._data.tables.events
        sizing = Sizing(memory_mb=256, timeout_s=28, at_most=self._settings.followers_at_once)
        environment = {"EVENTS_TABLE": table.table_name}
        function = self._add("StreamEvents", "stream_events", sizing, environment)
        grant_table(function, table, "GetItem", "Query")
        return function

    def _followed(self) -> dict[str, str]:
        tables = self._data.tables
        return {
            "EVENTS_TABLE": tables.events.table_name,
            "CONNECTIONS_TABLE": tables.connections.table_name,
        }

    def _grant_following(self, function: lambda_.Function) -> None:
        tables = self._data.tables
        grant_table(function, tables.events, "GetItem", "Query")
        grant_table(function, tables.connections, "Query", "UpdateItem", "BatchWriteItem")
