"""What looking after stopped work has in common, whatever the work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

from functions.domain.errors import CutroomError
from functions.domain.failure import Failure
from functions.domain.runs.lease import WATCH_SHARDS
from functions.domain.runs.ports import ExecutionState

logger: Final = logging.getLogger(__name__)


class Reaped(StrEnum):
    """`waiting`: its execution goes on. `revived`: it had never begun, and was started again.
    `stopped`: it was ended for it. `closed`: it had ended, and what follows from that was done.
    `left`: nothing was to be done."""

    WAITING = "waiting"
    REVIVED = "revived"
    STOPPED = "stopped"
    CLOSED = "closed"
    LEFT = "left"


def brought_on(
    state: ExecutionState,
    *,
    start: Callable[[], None],
    fail: Callable[[Failure], Failure | None],
    stopped: Failure,
) -> Reaped:
    """What has no lease: whether it goes on, its execution tells. `fail` gives the failure that
    stands in the end, which may be another's, or None."""
    if state is ExecutionState.RUNNING:
        return Reaped.WAITING
    if state is ExecutionState.ABSENT:
        # Its name is taken once: what is started twice is started once.
        start()
        return Reaped.REVIVED
    failed = fail(stopped)
    return Reaped.STOPPED if failed and failed.code == stopped.code else Reaped.LEFT


def reap_each(
    waiting: Callable[[str], Iterable[str]], reap: Callable[[str], Reaped], id_name: str
) -> Iterator[Reaped]:
    """All ids that wait in each shard; one that fails is found again, and keeps nobody waiting."""
    for shard in WATCH_SHARDS:
        for one in waiting(shard):
            try:
                yield reap(one)
            except CutroomError as error:
                logger.warning("not reaped", extra={id_name: one, "code": error.code})
