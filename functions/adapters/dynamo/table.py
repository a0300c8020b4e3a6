"""The few table calls that every store uses, with errors in the domain's words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.adapters.dynamo.items import decode_item, encode, encode_item
from functions.domain.paging import Position


class ConditionFailedError(Exception):
    """The row was not as the condition wants it."""


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error_code(error) == "ConditionalCheckFailedException":
            raise ConditionFailedError from error
        raise unavailable(f"The table of {what}", error) from error
    except BotoCoreError as error:
        raise unavailable(f"The table of {what}", error) from error


class Table:
    """One table. Values go in and out plain."""

    def __init__(self, name: str, what: str) -> None:
        self._name, self._what = name, what

    def get(self, key: Mapping[str, str]) -> dict[str, Any] | None:
        with _translated(self._what):
            answer = client("dynamodb").get_item(
                TableName=self._name, Key=encode_item(key), ConsistentRead=True
            )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """Rows by key, read consistently, in any order; asks again for what was held back."""
        rows: list[dict[str, Any]] = []
        for start in range(0, len(keys), 100):
            wanted: Any = {
                self._name: {
                    "Keys": [encode_item(key) for key in keys[start : start + 100]],
                    "ConsistentRead": True,
                }
            }
            for attempt in count():
                if not wanted:
                    break
                time.sleep(min(0.05 * attempt, 1.0))
                with _translated(self._what):
                    answer = client("dynamodb").batch_get_item(RequestItems=wanted)
                rows += [decode_item(item) for item in answer["Responses"].get(self._name, [])]
                wanted = answer.get("UnprocessedKeys")
        return rows

    def put(
        self,
        row: Mapping[str, Any],
        condition: str,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Write a whole row. Raises ConditionFailedError."""
        with _translated(self._what):
            client("dynamodb").put_item(
                TableName=self._name,
                Item=encode_item(row),
                ConditionExpression=condition,
                **_expression(values, names),
            )

    def update(
        self,
        key: Mapping[str, str],
        change: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Change attributes of a row. Raises ConditionFailedError."""
        with _translated(self._what):
            client("dynamodb").update_item(
                TableName=self._name,
                Key=encode_item(key),
                UpdateExpression=change,
                ConditionExpression=condition,
                **_expression(values, names),
            )

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        limit: int,
        index: str | None = None,
        after: Position | None = None,
        forward: bool = True,
    ) -> tuple[list[dict[str, Any]], Position | None]:
        """One page of a table or an index, and where the next begins."""
        optional: dict[str, Any] = {"IndexName": index} if index else {}
        if after:
            optional["ExclusiveStartKey"] = encode_item(after)
        with _translated(self._what):
            answer = client("dynamodb").query(
                TableName=self._name,
                KeyConditionExpression=condition,
                Limit=limit,
                ScanIndexForward=forward,
                **optional,
                **_expression(values, None),
            )
        last = answer.get("LastEvaluatedKey")
        rows = [decode_item(item) for item in answer["Items"]]
        return rows, decode_item(last) if last else None


def _expression(
    values: Mapping[str, Any] | None, names: Mapping[str, str] | None
) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if values:
        arguments["ExpressionAttributeValues"] = {k: encode(v) for k, v in values.items()}
    if names:
        arguments["ExpressionAttributeNames"] = dict(names)
    return arguments
