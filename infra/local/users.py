"""Ready users of the local cloud, one of each tier and a second pro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TIERS = {"free": "free", "pro": "pro", "enterprise": "enterprise", "pro2": "pro"}


@dataclass(frozen=True, slots=True)
class LocalUser:
    """`user_id` is the subject of the user's tokens."""

    username: str
    password: str
    user_id: str
    tier: str


def ensure_users(cognito: Any, pool: str) -> list[LocalUser]:
    """Make the users that are not there yet."""
    return [ensure_user(cognito, pool, name, tier) for name, tier in TIERS.items()]


def ensure_user(cognito: Any, pool: str, name: str, tier: str) -> LocalUser:
    """Make a user with its tier, or find it."""
    password = f"Local-{name}-2026!"
    try:
        user = cognito.admin_get_user(UserPoolId=pool, Username=name)
        attributes = user["UserAttributes"]
    except cognito.exceptions.UserNotFoundException:
        made = cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
        )
        attributes = made["User"]["Attributes"]
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=tier)
    subject = next(row["Value"] for row in attributes if row["Name"] == "sub")
    return LocalUser(name, password, subject, tier)


def token(cognito: Any, client_id: str, user: LocalUser) -> str:
    """An access token, good for an hour."""
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.username, "PASSWORD": user.password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])
