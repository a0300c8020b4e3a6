"""A page of a list: items and where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Position = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`next` is the storage position after the last item, None at the end.

    `cut_short` says that the read budget was spent before the page was full.
    """

    items: tuple[Item, ...]
    next: Position | None
    cut_short: bool = False
