"""The price of calls, held against AWS's published rules and examples."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.scale_costs import Cost, cost_of, item_size
from tests.support.meter import Call

INDEXES = {"by-owner": ["owner", "made"], "by-title": ["owner", "title"]}


def cost(*calls: Call, before: dict[str, Any] | None = None) -> Cost:
    return cost_of(calls, "things", 1_000, INDEXES, before)


def thing(size: int, **keys: str) -> dict[str, Any]:
    """An item of so many bytes."""
    item: dict[str, Any] = {name: {"S": value} for name, value in keys.items()}
    return {**item, "body": {"S": "x" * (size - item_size(item) - 4)}}


def query(items: list[Any], scanned: int | None = None, **asked: Any) -> Call:
    answer = {"Items": items, "ScannedCount": len(items) if scanned is None else scanned}
    return Call("Query", {"TableName": "things", **asked}, answer)


def put(item: dict[str, Any]) -> Call:
    writes = [{"Put": {"TableName": "things", "Item": item}}]
    return Call("TransactWriteItems", {"TransactItems": writes}, {})


class TestItemSize:
    @pytest.mark.parametrize(
        ("value", "size"),
        [
            ({"S": "é€"}, 5),
            ({"N": "0"}, 1),
            ({"N": "27"}, 2),
            ({"N": "-27000"}, 3),
            ({"N": "123.45"}, 4),
            ({"BOOL": True}, 1),
            ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 1 + 2 + 1 + 2),
            ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
        ],
    )
    def test_given_a_value_when_its_item_is_weighed_then_names_and_values_count(
        self, value: dict[str, Any], size: int
    ) -> None:
        assert item_size({"name": value}) == 4 + size


class TestCostOf:
    def test_given_a_consistent_get_when_it_is_priced_then_each_4_kb_are_a_unit(self) -> None:
        answer = {"Item": thing(4_097)}

        found = cost(Call("GetItem", {"TableName": "things", "ConsistentRead": True}, answer))

        assert (found.read_units, found.bytes_read, found.rows_read) == (2, 4_097, 1)

    def test_given_a_query_when_it_is_priced_then_its_bytes_are_rounded_up_once_and_halved(
        self,
    ) -> None:
        assert cost(query([thing(1_000)] * 5)).read_units == 1

    def test_given_two_answers_when_they_are_priced_then_each_is_rounded_up(self) -> None:
        found = cost(query([thing(1_000)]), query([]))

        assert (found.requests, found.read_units) == (2, 1)

    def test_given_a_filter_when_it_passes_rows_over_then_they_are_paid_for(self) -> None:
        found = cost(query([thing(1_000)], scanned=100, FilterExpression="x = :x"))

        assert (found.rows_read, found.bytes_read, found.read_units) == (100, 100_000, 12.5)

    def test_given_a_new_item_when_it_is_priced_then_the_table_costs_twice_and_each_index_once(
        self,
    ) -> None:
        found = cost(put(thing(1_025, owner="me", made="now", title="a")))

        assert found.write_units == 2 * 2 + 2 + 2

    def test_given_a_changed_key_when_it_is_priced_then_its_index_removes_and_adds(self) -> None:
        before = thing(1_000, owner="me", made="now", title="a")

        found = cost(put(thing(1_000, owner="me", made="now", title="b")), before=before)

        assert found.write_units == 2 + 1 + 2

    def test_given_an_item_without_keys_when_it_replaces_one_then_the_indexes_remove(self) -> None:
        before = thing(1_000, owner="me", made="now", title="a")

        assert cost(put(thing(100)), before=before).write_units == 2 + 1 + 1
