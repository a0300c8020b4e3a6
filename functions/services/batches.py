"""Many items in one request: each stands or falls alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from functions.domain.errors import CutroomError

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 8


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What became of one item: a result or an error."""

    result: Result | None
    error: CutroomError | None


def each(items: Sequence[Item], act: Callable[[int, Item], Result]) -> list[Outcome[Result]]:
    """Act on every item, given its place; an item's refusal is its own."""

    def one(pair: tuple[int, Item]) -> Outcome[Result]:
        try:
            return Outcome(act(*pair), None)
        except CutroomError as error:
            return Outcome(None, error)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, enumerate(items)))
