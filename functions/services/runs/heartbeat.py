"""What long work for a run does in between: hold the run's lease, and notice that it is over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError, RunOverError, UnavailableError
from functions.domain.runs.lease import BEAT_SECONDS
from functions.services.runs.stages import Context, hold

logger = logging.getLogger(__name__)


class Heartbeat:
    """Asked as `stop` by whatever takes long, from several threads: True when time is up, or the
    run is over. It looks at the run as often as `BEAT_SECONDS` says."""

    def __init__(
        self, context: Context, video_id: str, run_id: str, out_of_time: StopRequested
    ) -> None:
        self._context, self._ids, self._out_of_time = context, (video_id, run_id), out_of_time
        self._looked_at = time.monotonic()
        self._lock = threading.Lock()
        self.over = False

    def __call__(self) -> bool:
        if self._is_due():
            self._look()
        return self.over or self._out_of_time()

    def _is_due(self) -> bool:
        with self._lock:
            if self.over or time.monotonic() - self._looked_at < BEAT_SECONDS:
                return False
            self._looked_at = time.monotonic()
            return True

    def _look(self) -> None:
        try:
            run = self._context.runs.get(*self._ids)
            self.over = run is None or not hold(self._context, run)
        except UnavailableError as error:
            # That it cannot be seen does not end it: what is written next will tell.
            logger.warning("run not looked at", extra={"code": error.code})


@contextmanager
def beating(
    context: Context, out_of_time: StopRequested, *, video_id: str, run_id: str
) -> Iterator[Heartbeat]:
    """Work that is given up since the run is over raises RunOverError, whatever it says itself."""
    beat = Heartbeat(context, video_id, run_id, out_of_time)
    try:
        yield beat
    except CutroomError as error:
        if beat.over:
            raise RunOverError from error
        raise
    if beat.over:
        raise RunOverError
