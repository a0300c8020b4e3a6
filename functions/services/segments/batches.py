"""Many items in one request: each stands or falls alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from functions.domain.errors import ConflictError, CutroomError

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 8


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What became of one item: a result or an error."""

    result: Result | None
    error: CutroomError | None


def each(
    items: Sequence[Item],
    act: Callable[[int, Item], Result],
    named: Callable[[Item], str] | None = None,
) -> list[Outcome[Result]]:
    """Act on every item, given its place; an item's refusal is its own.

    Items run side by side, so of those that are `named` alike only the first is acted on.
    """
    names = [named(item) for item in items] if named else []

    def one(pair: tuple[int, Item]) -> Outcome[Result]:
        try:
            if names and names.index(names[pair[0]]) < pair[0]:
                raise ConflictError("batch.repeated", "This id was named before; send it alone.")
            return Outcome(act(*pair), None)
        except CutroomError as error:
            return Outcome(None, error)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, enumerate(items)))
