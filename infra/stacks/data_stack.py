"""What keeps data: bucket, tables, users, secrets. Its logical ids never change."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.constructs.media_bucket import MediaBucket
from infra.constructs.nag import acknowledge
from infra.constructs.social_secrets import SocialSecrets
from infra.constructs.tables import Tables
from infra.constructs.users import Users
from infra.settings import StageSettings


class DataStack(Stack):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, **options: Any
    ) -> None:
        super().__init__(scope, name, termination_protection=settings.protected, **options)
        self.media = MediaBucket(self, "Media", settings).bucket
        self.tables = Tables(self, "Tables", settings)
        self.users = Users(self, "Users", settings)
        secret = secrets.Secret(
            self,
            "CursorSecret",
            description="Signs the cursors of lists; a new value ends open lists, nothing else",
            generate_secret_string=secrets.SecretStringGenerator(
                password_length=48, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(secret, "SMG4", "Rotating it would break every open list for no gain.")
        self.sync_so_secret_arn = self._sync_so(settings)
        # By attribute: the local cloud's Ref of a secret is a name, not its ARN.
        resource = secret.node.default_child
        assert isinstance(resource, secrets.CfnSecret)  # noqa: S101
        self.cursor_secret_arn = resource.attr_id
        self.webhook_key = kms.Key(
            self,
            "WebhookSecrets",
            description="Encrypts the secrets that sign webhooks",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.social = SocialSecrets(self, "Social", settings)
        CfnOutput(self, "SyncSoSecretArn", value=self.sync_so_secret_arn)
        CfnOutput(self, "MediaBucket", value=self.media.bucket_name)
        CfnOutput(self, "UserPoolId", value=self.users.pool.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=self.users.client.user_pool_client_id)

    def _sync_so(self, settings: StageSettings) -> str:
        """Our key at Sync.so and what its webhooks are signed with, to be put in once by whoever
        has them; on one machine the simulator takes what stands here."""
        secret = secrets.Secret(
            self,
            "SyncSoKeys",
            description="JSON: api_key and webhook_secret of the Sync.so account",
            secret_string_value=SecretValue.unsafe_plain_text(json.dumps(settings.sync_so_keys)),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(secret, "SMG4", "The provider gives keys out; we cannot make new ones.")
        resource = secret.node.default_child
        assert isinstance(resource, secrets.CfnSecret)  # noqa: S101
        return str(resource.attr_id)
