"""What protects users' accounts on platforms: the key of their tokens, and our registrations."""

from __future__ import annotations

import json

from aws_cdk import RemovalPolicy, SecretValue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

PLATFORMS = ("youtube", "instagram", "tiktok", "facebook", "x")
# Those of the simulators, which stand for the platforms on one machine.
_SIMULATED = {"client_id": "cutroom-app", "client_secret": "cutroom-app-secret"}


class SocialSecrets(Construct):
    """`apps_arn` is a secret of `{platform: {client_id, client_secret}}`; whoever runs a cloud
    stage fills it in."""

    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Tokens",
            description="Encrypts the tokens of users' accounts on platforms",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        known = _SIMULATED if settings.local else {"client_id": "", "client_secret": ""}
        apps = secrets.Secret(
            self,
            "Apps",
            description="Our registrations with the platforms: client_id and client_secret of each",
            # No secrets: empty places to be filled in, or those of simulators.
            secret_string_value=SecretValue.unsafe_plain_text(
                json.dumps(dict.fromkeys(PLATFORMS, known))
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(apps, "SMG4", "The platforms give them out, each on a page of its own.")
        # By attribute: the local cloud's Ref of a secret is a name, not its ARN.
        resource = apps.node.default_child
        assert isinstance(resource, secrets.CfnSecret)  # noqa: S101
        self.apps_arn = resource.attr_id

    def grant(self, function: lambda_.Function) -> None:
        """Seal and open tokens, and prove who we are."""
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["kms:Encrypt", "kms:Decrypt"], resources=[self.key.key_arn]
            )
        )
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"], resources=[self.apps_arn]
            )
        )
