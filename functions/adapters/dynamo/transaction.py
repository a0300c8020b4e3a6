"""Writes that happen together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.adapters.aws import client
from functions.adapters.dynamo.failures import asked
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.table import Table, expression


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must be like for the writes to happen."""

    expression: str
    values: Mapping[str, Any]


class Transaction:
    """Collect up to 100 writes, each of another row, then `commit`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._writes: list[dict[str, Any]] = []

    def put(
        self,
        table: Table,
        row: Mapping[str, Any],
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """A whole row."""
        put = {
            "TableName": table.name,
            "Item": encode_item(row),
            **({"ConditionExpression": condition} if condition else {}),
            **expression(values, names),
        }
        self._writes.append({"Put": put})

    def add(
        self,
        table: Table,
        key: Mapping[str, str],
        numbers: Mapping[str, int],
        also: Mapping[str, Any] | None = None,
        only: Condition | None = None,
    ) -> None:
        """Add to numbers of a row and set others; where neither changes, nothing is written, and
        the row is only held against the condition."""
        numbers = {name: number for name, number in numbers.items() if number}
        pairs = {f"n{at}": pair for at, pair in enumerate(numbers.items())}
        sets = {f"s{at}": pair for at, pair in enumerate((also or {}).items())}
        every = {**pairs, **sets}
        if not every:
            self._check(table, key, only)
            return
        parts = ["ADD " + ", ".join(f"#{at} :{at}" for at in pairs)] if pairs else []
        if sets:
            parts.append("SET " + ", ".join(f"#{at} = :{at}" for at in sets))
        update = {
            "TableName": table.name,
            "Key": encode_item(key),
            "UpdateExpression": " ".join(parts),
            **({"ConditionExpression": only.expression} if only else {}),
            **expression(
                {
                    **{f":{at}": value for at, (_, value) in every.items()},
                    **(only.values if only else {}),
                },
                {f"#{at}": name for at, (name, _) in every.items()},
            ),
        }
        self._writes.append({"Update": update})

    def _check(self, table: Table, key: Mapping[str, str], only: Condition | None) -> None:
        if only is None:
            return
        check = {
            "TableName": table.name,
            "Key": encode_item(key),
            "ConditionExpression": only.expression,
            **expression(only.values, None),
        }
        self._writes.append({"ConditionCheck": check})

    def update(
        self,
        table: Table,
        key: Mapping[str, str | int],
        change: str,
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Attributes of a row, which must be as the condition says."""
        update = {
            "TableName": table.name,
            "Key": encode_item(key),
            "UpdateExpression": change,
            **({"ConditionExpression": condition} if condition else {}),
            **expression(values, names),
        }
        self._writes.append({"Update": update})

    def delete(
        self,
        table: Table,
        key: Mapping[str, str],
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """A row, which must be as the condition says if there is one."""
        gone = {
            "TableName": table.name,
            "Key": encode_item(key),
            **({"ConditionExpression": condition} if condition else {}),
            **expression(values, names),
        }
        self._writes.append({"Delete": gone})

    def commit(self) -> None:
        """Raises ConditionFailedError when one of the conditions does not hold."""
        dynamodb = client("dynamodb")
        asked(self._what, lambda: dynamodb.transact_write_items(TransactItems=self._writes))
