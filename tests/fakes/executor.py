"""A pool whose work is done before it is handed back: which of several is first is no accident."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class AtOnceExecutor(Executor):
    def __init__(self, _threads: int = 1) -> None:
        """As many as there may be: it has one."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (raised by `result`, as a pool does)
            future.set_exception(error)
        return future
