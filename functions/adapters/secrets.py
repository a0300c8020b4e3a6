"""Secrets, read once per container and never logged."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable


def read_secret(arn: str) -> bytes:
    try:
        answer = client("secretsmanager").get_secret_value(SecretId=arn)
    except (ClientError, BotoCoreError) as error:
        raise unavailable("The secrets store", error) from error
    return str(answer["SecretString"]).encode()
