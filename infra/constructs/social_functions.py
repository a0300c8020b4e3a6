"""The functions that follow posts on platforms: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.constructs.tables import DUE_POSTS_INDEX


class SocialFunctions(FunctionSet):
    """Makes the functions of the sync."""

    def sync(self) -> lambda_.Function:
        """Asks a platform, and writes what it tells."""
        tables = self._data.tables
        environment = {
            **self._stores(),
            **self._social(),
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "BUDGETS_TABLE": tables.budgets.table_name,
            "SYNCS_TABLE": tables.syncs.table_name,
            "SYNC_CADENCE": self._settings.cadence(),
            "YOUTUBE_COMBINED": str(self._settings.youtube_combined).lower(),
        }
        function = self._add("SyncPosts", "sync_posts", Sizing(timeout_s=300), environment)
        grant_table(function, tables.social_posts, "BatchGetItem", "PutItem", "BatchWriteItem")
        grant_table(function, tables.budgets, "BatchGetItem", "PutItem", "UpdateItem")
        grant_table(function, tables.social_accounts, "GetItem", "PutItem")
        grant_table(function, tables.syncs, "UpdateItem")
        grant_table(function, tables.snapshots, "PutItem", "UpdateItem")
        self._grant_segment_writes(function)
        self._data.social.grant(function)
        return function

    def plan(self, machine: sfn.StateMachine) -> lambda_.Function:
        """Finds what is due, and starts the sync of it."""
        tables = self._data.tables
        environment = {
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "BUDGETS_TABLE": tables.budgets.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
            "SYNC_MACHINE_ARN": machine.state_machine_arn,
            "SYNC_LIMIT": str(self._settings.sync_limit),
            "SOCIAL_CLOCK": self._settings.social_clock(),
        }
        sizing = Sizing(memory_mb=1024, timeout_s=290)
        function = self._add("PlanSocialSync", "plan_social_sync", sizing, environment)
        grant_table(function, tables.social_posts, "PutItem")
        grant_table(function, tables.social_posts, index=DUE_POSTS_INDEX[0])
        grant_table(function, tables.budgets, "GetItem", "BatchGetItem")
        grant_objects(function, self._bucket, "PutObject", prefix="syncs/")
        machine.grant_start_execution(function)
        return function

    def plan_asked(self) -> lambda_.Function:
        """Plans what users ask for, beside the schedule."""
        tables = self._data.tables
        environment = {
            **self._stores(),
            "SOCIAL_ACCOUNTS_TABLE": tables.social_accounts.table_name,
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "BUDGETS_TABLE": tables.budgets.table_name,
            "SYNCS_TABLE": tables.syncs.table_name,
            "SYNC_CADENCE": self._settings.cadence(),
            "SOCIAL_CLOCK": self._settings.social_clock(),
        }
        sizing = Sizing(timeout_s=300)
        function = self._add("PlanAskedSync", "plan_asked_sync", sizing, environment)
        grant_table(function, tables.syncs, "GetItem", "UpdateItem")
        grant_table(function, tables.social_accounts, "Query")
        grant_table(function, tables.segments, "GetItem")
        grant_table(function, tables.budgets, "GetItem", "BatchGetItem")
        grant_table(function, tables.social_posts, "Query", "PutItem", "BatchWriteItem")
        grant_table(function, tables.social_posts, index="user_id-platform-index")
        grant_objects(function, self._bucket, "PutObject", prefix="syncs/")
        return function

    def follow(self) -> lambda_.Function:
        """Keeps what is followed in line with what segments have."""
        tables = self._data.tables
        environment = {
            **self._stores(),
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "SOCIAL_CLOCK": self._settings.social_clock(),
        }
        function = self._add("FollowPosts", "follow_posts", Sizing(timeout_s=120), environment)
        grant_table(function, tables.segments, "GetItem")
        grant_table(function, tables.social_posts, "Query", "PutItem", "BatchWriteItem")
        return function

    def follow_accounts(self) -> lambda_.Function:
        """Has posts of a connected account looked at, and forgets those of a disconnected one."""
        tables = self._data.tables
        environment = {
            **self._stores(),
            "SOCIAL_ACCOUNTS_TABLE": tables.social_accounts.table_name,
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "SOCIAL_CLOCK": self._settings.social_clock(),
            "YOUTUBE_COMBINED": str(self._settings.youtube_combined).lower(),
        }
        sizing = Sizing(timeout_s=300)
        function = self._add("FollowAccounts", "follow_accounts", sizing, environment)
        grant_table(function, tables.social_accounts, "GetItem")
        grant_table(function, tables.social_posts, "BatchGetItem", "PutItem")
        grant_table(function, tables.social_posts, index="user_id-platform-index")
        self._grant_segment_writes(function)
        grant_table(function, tables.counters, "Query", "DeleteItem")
        grant_table(function, tables.snapshots, "PutItem", "UpdateItem", "Query", "BatchWriteItem")
        return function
