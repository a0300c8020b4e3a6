"""`python -m tests.bench [NAME]`: run all benchmarks or one, print and keep their rows."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from dataclasses import asdict

import tests.bench
from infra.local.paths import LOCAL
from tests.bench.rows import MissedError, Row, show


def names() -> list[str]:
    modules = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name.removeprefix("bench_") for name in modules if name.startswith("bench_"))


def run(name: str) -> list[str]:
    """Run one benchmark, print its rows and write them; returns what must be and is not."""
    wrong: list[str] = []
    try:
        rows: list[Row] = importlib.import_module(f"tests.bench.bench_{name}").run()
    except MissedError as missed:
        rows, wrong = missed.rows, missed.wrong
    folder = LOCAL / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(row) for row in rows], indent=2)
    (folder / f"{name}.json").write_text(text + "\n")
    print(show(name, rows))  # noqa: T201
    return wrong


def main() -> None:
    wanted = sys.argv[1:] or names()
    unknown = set(wanted) - set(names())
    if unknown:
        raise SystemExit(f"no benchmark {', '.join(unknown)}: there are {', '.join(names())}")
    wrong = [line for name in wanted for line in run(name)]
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
