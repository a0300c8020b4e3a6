"""The far ends of WebSocket connections: API Gateway's management API.

API Gateway takes a message and hands it on by itself: a client that reads slowly makes nobody
here wait for longer than one request may take.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, quick_client, unavailable
from functions.domain.errors import GoneError

SENDS_AT_ONCE: Final = 32


class SocketWires:
    """`endpoint` is the address of the API's stage, or its path where all AWS is at one address."""

    def __init__(self, endpoint: str) -> None:
        if endpoint.startswith("/"):
            endpoint = client("dynamodb").meta.endpoint_url.rstrip("/") + endpoint
        self._client: Any = quick_client(
            "apigatewaymanagementapi", endpoint, read_seconds=2, at_once=SENDS_AT_ONCE
        )

    def send(self, connection_id: str, text: str) -> None:
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except ClientError as error:
            if error_code(error) in {"GoneException", "410"}:
                raise GoneError("connection.gone", "Nobody is there.") from error
            raise unavailable("The connection", error) from error
        except BotoCoreError as error:
            raise unavailable("The connection", error) from error

    def close(self, connection_id: str) -> None:
        with suppress(ClientError, BotoCoreError):
            self._client.delete_connection(ConnectionId=connection_id)
