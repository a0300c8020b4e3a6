"""The bytes of a source that one reading needs, where its plan can tell them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From byte `first` to before `last` lies what is wanted, of a source of `size` bytes; before
    `head`, and from `tail` on, what tells of the rest.

    Where the container has an index, all else can still be read: then this only says how much to
    ask for at a time. `entered` is the first keyframe that is read, where it is not the source's.
    """

    first: int
    last: int
    size: int
    head: int = 0
    tail: int | None = None
    entered: Milliseconds | None = None

    @property
    def whole(self) -> bool:
        return len(range(self.first, self.last)) == self.size

    @property
    def gap(self) -> bool:
        """Whether something between the head and what is wanted is left out."""
        return 0 < self.head < self.first

    def needed(self) -> list[range]:
        """The bytes that will be read."""
        tail = self.size if self.tail is None else self.tail
        rows = [range(self.head), range(self.first, self.last), range(tail, self.size)]
        return [row for row in rows if row]


FindReach = Callable[[Milliseconds, Milliseconds], Reach | None]
"""Where in the file lies what is shown between two times; None where that cannot be told."""
