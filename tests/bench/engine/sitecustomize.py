"""Makes the local cloud bear tables of a million rows. Python imports this file at its start.

By itself the local cloud sorts a whole partition at each query, evaluates the key condition on each
of its rows, and checks and sizes each written row many times: a minute per query and ten per table.
Here an ordered index stands before it, which hands it just the rows its answer is made of, and a
batch of new rows is taken as it comes. Conditions, filters, limits, positions and counts stay its
own; in small tables each answer is first compared with the one it gives without this file.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from typing import Any

try:
    from ministack.services import dynamodb as engine
except ImportError:  # another program of the same environment
    engine = None

Row = tuple[Any, ...]
COMPARED = 3_000
_CLAUSE = re.compile(r"(\w+) (=|>=|<=) (:\w+)|(\w+) BETWEEN (:\w+) AND (:\w+)")
_ordered: dict[tuple[str, str], dict[str, list[Row]]] = {}
_shared: dict[tuple[str, str], dict[str, str]] = {}
_compared: set[str] = set()
_narrow: dict[str, Any] | None = None


def _keys(table: Any, index: str) -> tuple[str, list[str]]:
    hashes, ranges = engine._index_key_lists(engine._index_def(table, index))
    return hashes[0], ranges


def _row(table: Any, item: Any, ranges: list[str]) -> Row:
    """Where an item stands in an index: by its keys, then by the table's."""
    own = [table["pk_name"], *([table["sk_name"]] if table["sk_name"] else [])]
    return tuple(
        engine._sort_key_value(item[n], engine._get_attr_type(table, n)) for n in (*ranges, *own)
    )


def _index(name: str, table: Any, index: str) -> dict[str, list[Row]]:
    if (name, index) not in _ordered:
        partition, ranges = _keys(table, index)
        found: dict[str, list[Row]] = {}
        for bucket in table["items"].values():
            for item in bucket.values():
                if all(key in item for key in (partition, *ranges)):
                    whose = item[partition]["S"]
                    found.setdefault(whose, []).append(_row(table, item, ranges))
        for rows in found.values():
            rows.sort()
        _ordered[name, index] = found
    return _ordered[name, index]


def _window(data: Any, table: Any, rows: list[Row]) -> list[Row]:
    """The rows that the answer is made of, and one more."""
    values = data["ExpressionAttributeValues"]
    partition, ranges = _keys(table, data["IndexName"])

    def value(name: str, ref: str) -> Any:
        return engine._sort_key_value(values[ref], engine._get_attr_type(table, name))

    low, high = [], []
    for name, sign, ref, between, first, last in _CLAUSE.findall(data["KeyConditionExpression"]):
        if between:
            low.append(value(between, first))
            high.append(value(between, last))
        elif name != partition:
            low += [value(name, ref)] if sign in {"=", ">="} else []
            high += [value(name, ref)] if sign in {"=", "<="} else []
    begin = bisect.bisect_left(rows, tuple(low), key=lambda row: row[: len(low)])
    end = bisect.bisect_right(rows, tuple(high), key=lambda row: row[: len(high)])
    take = data.get("Limit", len(rows)) + 1
    start = data.get("ExclusiveStartKey")
    forward = data.get("ScanIndexForward", True)
    if start and forward:
        begin = max(begin, bisect.bisect_right(rows, _row(table, start, ranges)))
    elif start:
        end = min(end, bisect.bisect_left(rows, _row(table, start, ranges)))
    return rows[begin : min(end, begin + take)] if forward else rows[max(begin, end - take) : end]


def _query(data: Any) -> Any:
    global _narrow  # noqa: PLW0603
    name = engine._normalize_table_name(data.get("TableName"))
    table = engine._tables.get(name)
    condition = data.get("KeyConditionExpression", "")
    if not table or "IndexName" not in data or "begins_with" in condition:
        return _whole_query(data)
    partition, _ = _keys(table, data["IndexName"])
    ref = next(found[2] for found in _CLAUSE.findall(condition) if found[0] == partition)
    whose = data["ExpressionAttributeValues"][ref]["S"]
    rows = _window(data, table, _index(name, table, data["IndexName"]).get(whose, []))
    single = not table["sk_name"]
    keys = [(row[-1], "__no_sort__") if single else (row[-2], row[-1]) for row in rows]
    _narrow = {data["IndexName"]: {whose: keys}}
    try:
        answer = _whole_query(data)
    finally:
        _narrow = None
    asked = json.dumps(data)
    if len(table["items"]) <= COMPARED and asked not in _compared:
        _compared.add(asked)
        if json.loads(answer[2]) != json.loads(_whole_query(data)[2]):
            return engine.error_response_json("InternalServerError", "the index differs", 500)
    return answer


def _members(table: Any) -> Any:
    return _whole_members(table) if _narrow is None else _narrow


def _moved(table: Any, item: Any, *, added: bool) -> None:
    for (name, index), found in _ordered.items():
        if engine._tables.get(name) is not table:
            continue
        partition, ranges = _keys(table, index)
        if all(key in item for key in (partition, *ranges)):
            rows, row = found.setdefault(item[partition]["S"], []), _row(table, item, ranges)
            at = bisect.bisect_left(rows, row)
            if added:
                rows.insert(at, row)
            else:
                del rows[at]


def _set_item(table: Any, pk: Any, sk: Any, item: Any) -> Any:
    old = _whole_set(table, pk, sk, item)
    if old is not None:
        _moved(table, old, added=False)
    _moved(table, item, added=True)
    return old


def _remove_item(table: Any, pk: Any, sk: Any) -> Any:
    old = _whole_remove(table, pk, sk)
    if old is not None:
        _moved(table, old, added=False)
    return old


def _batch_write_item(data: Any) -> Any:
    """New rows of tables without a sort key are kept as they come."""
    if any(engine._tables.get(name)["sk_name"] for name in data["RequestItems"]):
        return _whole_batch(data)
    for name, writes in data["RequestItems"].items():
        table = engine._tables.get(name)
        for key in [key for key in _ordered if key[0] == name]:
            del _ordered[key]
        table.pop(engine._INDEX_MEMBERS, None)
        for write in writes:
            item = dict(_slim(write["PutRequest"]["Item"]))
            table["items"][item[table["pk_name"]]["S"]] = {"__no_sort__": item}
        table["ItemCount"] = len(table["items"])
    return engine.json_response({"UnprocessedItems": {}})


def _slim(item: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Equal short values of many rows are kept once: a million rows must fit into memory."""
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        short = isinstance(value, str) and len(value) < 24
        yield (
            _names.setdefault(name, name),
            _shared.setdefault((kind, value), typed) if short else typed,
        )


_names: dict[str, str] = {}

if engine is not None:
    _whole_query, _whole_members = engine._query, engine._index_members
    _whole_set, _whole_remove = engine._set_item, engine._remove_item
    _whole_batch = engine._batch_write_item
    engine._query, engine._index_members = _query, _members
    engine._set_item, engine._remove_item = _set_item, _remove_item
    engine._batch_write_item = _batch_write_item
