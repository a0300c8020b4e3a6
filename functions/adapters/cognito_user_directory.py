"""Users and their tiers. A tier is a group of the user pool: no user can write their own."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.domain.tiers import Tier, tier_of


class CognitoUserDirectory:
    def __init__(self, user_pool_id: str) -> None:
        self._pool = user_pool_id

    def tier(self, user_id: str) -> Tier | None:
        """`user_id` is the subject of the user's tokens. Cognito takes it as a user name, but takes
        real user names, too, and those are nobody's folder."""
        cognito = client("cognito-idp")
        named = {"UserPoolId": self._pool, "Username": user_id}
        try:
            attributes = cognito.admin_get_user(**named)["UserAttributes"]
            if {"Name": "sub", "Value": user_id} not in attributes:
                return None
            answer = cognito.admin_list_groups_for_user(**named)
        except ClientError as error:
            if error_code(error) in {"UserNotFoundException", "InvalidParameterException"}:
                return None
            raise unavailable("The user pool", error) from error
        except BotoCoreError as error:
            raise unavailable("The user pool", error) from error
        return tier_of(group["GroupName"] for group in answer["Groups"])
