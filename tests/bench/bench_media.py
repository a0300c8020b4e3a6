"""The media engine beside its peers, in one run: same files, same machine, in turn."""

from __future__ import annotations

from tests.bench.bench_cut import split_row
from tests.bench.media_exact import exact_rows
from tests.bench.rows import Row


def run() -> list[Row]:
    return [split_row(goal=1.1), *exact_rows()]
