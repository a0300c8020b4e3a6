"""The media engine beside its peers, in one run: same files, same machine, in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

from tests.bench.bench_cut import split_row
from tests.bench.media_exact import PEERS, exact_rows
from tests.bench.media_random import random_rows
from tests.bench.media_ranges import range_rows
from tests.bench.rows import MissedError, Row


def run() -> list[Row]:
    """All parts, also after one that misses what it must hold."""
    rows: list[Row] = []
    wrong: list[str] = []
    for part in _parts():
        try:
            rows += part()
        except MissedError as missed:
            rows += missed.rows
            wrong += missed.wrong
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _parts() -> Iterator[Callable[[], list[Row]]]:
    yield lambda: [split_row(goal=1.1)]
    yield exact_rows
    yield random_rows
    yield range_rows
    if find_spec("tests.bench.media_analysis"):
        analysis = import_module("tests.bench.media_analysis")
        yield lambda: analysis.scene_rows(PEERS)
        yield analysis.analysis_rows
