"""Counts of requests: however many are made at once, every one counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.adapters.dynamo.request_counts import DynamoRequestCounts
from functions.domain.errors import UnavailableError
from functions.domain.ports import RequestCounts
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.fakes.request_counts import FakeRequestCounts

SOON = 1_800_000_000


@pytest.fixture(params=["fake", "dynamo"])
def counts(request: pytest.FixtureRequest, tables: dict[str, str]) -> RequestCounts:
    return FakeRequestCounts() if request.param == "fake" else DynamoRequestCounts(tables["rates"])


def test_given_many_at_once_when_counted_then_every_one_has_its_own_number(
    counts: RequestCounts, fresh: str
) -> None:
    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(lambda _: counts.hit(fresh, SOON), range(64)))

    assert sorted(numbers) == list(range(1, 65))


def test_given_two_keys_when_counted_then_each_is_counted_alone(
    counts: RequestCounts, fresh: str
) -> None:
    counts.hit(f"{fresh}#1", SOON)

    assert counts.hit(f"{fresh}#2", SOON) == 1


def test_given_a_count_when_kept_then_its_row_expires(
    bare_cloud: Emulator, tables: dict[str, str], fresh: str
) -> None:
    DynamoRequestCounts(tables["rates"]).hit(fresh, SOON)

    row = client(bare_cloud, "dynamodb").get_item(
        TableName=tables["rates"], Key={"rate_key": {"S": fresh}}
    )["Item"]

    assert row["expires_at"] == {"N": str(SOON)}


def test_given_no_such_table_when_counted_then_it_is_unavailable(fresh: str) -> None:
    with pytest.raises(UnavailableError):
        DynamoRequestCounts(fresh).hit("key", SOON)
