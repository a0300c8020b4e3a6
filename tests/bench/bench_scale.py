"""What each call costs with a thousand, a hundred thousand and a million segments in the table.

`make bench NAME=scale`, with SIZES=1000,20000 for less. Units are AWS's, worked out from what was
asked and answered (`scale_costs.py`). Latency is ours and the local engine's on this machine, with
an ordered index put before it (`engine/`); it says nothing of AWS's.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench.rows import MissedError, Row, compared
from tests.bench.scale_calls import Asker, Kind, kinds
from tests.bench.scale_costs import Cost, cost_of
from tests.bench.scale_engines import open_tables
from tests.bench.scale_load import ALL_OF_ONE, Tables, load_many_users, load_one_user
from tests.bench.scale_rows import KINDS, ROW_BYTES, Rows, of_many_users, of_one_user
from tests.support.meter import metered

REPEATS = 5
LAYOUTS = (load_one_user, load_many_users)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    cost: Cost
    returned: int
    latency: float
    most_read: int | None


Results = dict[tuple[str, str], dict[int, Measured]]
"""By who asks for what, then by size."""


def run() -> list[Row]:
    sizes = [int(size) for size in (os.environ.get("SIZES") or "1000,100000,1000000").split(",")]
    if sizes != sorted(sizes) or any(size % KINDS for size in sizes):
        raise SystemExit(f"SIZES are whole thousands, the smallest first; not {sizes}")
    rows, results = Rows(), Results()
    rows.require_true([*of_one_user(KINDS), *of_many_users(KINDS)])
    with open_tables(os.environ.get("ENGINE") or "ministack") as make:
        for load in LAYOUTS:
            for size in sizes:
                tables = make()
                began = time.monotonic()
                askers = load(tables, rows, size)
                _say(f"{size:,} segments were loaded in {time.monotonic() - began:.0f} s")
                for asker in askers:
                    _measure(tables, asker, size, results)
                tables.drop()
    _show(results, sizes)
    shown, wrong = list(_rows(results, sizes)), list(_wrong(results))
    if wrong:
        raise MissedError(shown, wrong)
    return shown


def _measure(tables: Tables, asker: Asker, size: int, results: Results) -> None:
    indexes = tables.indexes()
    for kind in kinds(asker):
        measured = _measured(kind, tables.names["segments"], indexes)
        results.setdefault((asker.name, kind.name), {})[size] = measured
    _say(f"  measured as {asker.name}")


def _measured(kind: Kind, table: str, indexes: Any) -> Measured:
    """The first call's cost, and the median latency of several."""
    times: list[float] = []
    before = kind.before()
    with metered() as calls:
        answer = _timed(kind, times)
    for _ in range(REPEATS - 1):
        _timed(kind, times)
    return Measured(
        cost=cost_of(calls, table, ROW_BYTES, indexes, before),
        returned=kind.returned(answer),
        latency=statistics.median(times),
        most_read=kind.most_read,
    )


def _timed(kind: Kind, times: list[float]) -> Any:
    began = time.monotonic()
    answer = kind.act()
    times.append(time.monotonic() - began)
    return answer


def _show(results: Results, sizes: list[int]) -> None:
    """A table of everything at each size."""
    heads = f"{'requests':>10}{'read/shown':>12}{'bytes':>11}{'units':>8}{'ms':>8}"
    for asker in dict.fromkeys(who for who, _ in results):
        _say(f"\n{asker}\n{'':38}" + "".join(f"{f'{size:,} segments':>49}" for size in sizes))
        _say(f"{'':38}" + heads * len(sizes))
        for (who, name), by_size in results.items():
            if who == asker:
                _say(f"  {name:<36}" + "".join(_cells(by_size[size]) for size in sizes))


def _cells(one: Measured) -> str:
    cost, shown = one.cost, f"{one.cost.rows_read}/{one.returned}"
    return (
        f"{cost.requests:>10}{shown:>12}{cost.bytes_read:>11,}"
        f"{cost.units:>8.1f}{1000 * one.latency:>8.1f}"
    )


def _rows(results: Results, sizes: list[int]) -> Iterator[Row]:
    """The largest size beside the smallest."""
    least, most = sizes[0], sizes[-1]
    for (asker, name), by_size in results.items():
        ours, peer = by_size[most], by_size[least]
        of, against = f"{asker}: {name}", f"{least:,} segments"
        goal = None if ours.most_read else 1.0
        yield compared(of, ours.cost.units, peer.cost.units, against, unit="units", goal=goal)
        if asker == ALL_OF_ONE:
            latency = 1000 * ours.latency, 1000 * peer.latency
            yield compared(f"{of}, latency", *latency, against, unit="ms")


def _wrong(results: Results) -> Iterator[str]:
    """What an index serves costs the same at any size; what is filtered stays in its budget."""
    for (asker, name), by_size in results.items():
        every = list(by_size.values())
        costs = sorted({(one.cost.units, one.cost.rows_read, one.returned) for one in every})
        bound = every[0].most_read
        if bound is None and len(costs) > 1:
            yield f"{asker}: {name}: units, rows read and shown differ by size: {costs}"
        if bound is not None and any(one.cost.rows_read > bound for one in every):
            yield f"{asker}: {name}: more than {bound} rows are read: {costs}"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
