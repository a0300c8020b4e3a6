"""Removing many rows, each once counted: the rows go in one write with the number of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from functions.adapters.dynamo.deletion_rows import add_tallies
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.deletions.deletion import Deletion, Tally
from functions.domain.errors import StaleWriteError

AT_ONCE = 90
"""Rows of one write: a transaction holds a hundred, and some are for what counts the rows."""
ATTEMPTS = 8
"""How often rows are read again that are not as they were read."""


class CountedRemoval:
    """Removes rows of a table; `receipts` is the table of deletions."""

    def __init__(self, receipts: Table) -> None:
        self._receipts = receipts

    def remove(
        self,
        deletion: Deletion,
        kind: str | None,
        table: Table,
        keys: Sequence[Mapping[str, str]],
    ) -> int:
        """How many of up to AT_ONCE rows went; those of no `kind` are not told of.

        Raises StaleWriteError where other writers are too many.
        """
        left = list(keys)
        for _ in range(ATTEMPTS):
            if not left:
                return 0
            writes = Transaction(deletion.deletion_id)
            for key in left:
                writes.delete(table, key, f"attribute_exists({next(iter(key))})")
            self.count(writes, deletion, {kind: Tally(count=len(left))} if kind else {})
            try:
                writes.commit()
            except ConditionFailedError:
                # Another worker has removed some of them.
                there = table.get_many(left)
                left = [key for key in left if any(key.items() <= row.items() for row in there)]
            else:
                return len(left)
        raise StaleWriteError("The deletion")

    def count(self, writes: Transaction, deletion: Deletion, tallies: Mapping[str, Tally]) -> None:
        add_tallies(writes, self._receipts, deletion, tallies)
