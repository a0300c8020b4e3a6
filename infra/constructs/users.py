"""Users: a Cognito pool whose groups are the tiers, which no user can write."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

TIERS = ("free", "pro", "enterprise")


class Users(Construct):
    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            self_sign_up_enabled=False,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=settings.protected,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for precedence, tier in enumerate(reversed(TIERS)):
            self.pool.add_group(tier.capitalize(), group_name=tier, precedence=precedence)
        self.client = self._client(settings)
        for rule in ("COG2", "COG3", "COG8"):
            acknowledge(
                self.pool,
                f"{rule}",
                "Second factor and threat protection cost per user; the deploying team's.",
            )

    def _client(self, settings: StageSettings) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=settings.local),
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            prevent_user_existence_errors=True,
            generate_secret=False,
            disable_o_auth=True,
        )
