"""Run in an interpreter of its own: the time of a call, all subjects in turn, route by route.

Usage: python -m tests.bench.api_peers.warm
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import Any

from tests.bench.api_peers.stores import install_stores
from tests.bench.api_peers.subjects import (
    HANDLERS,
    MEASURED,
    REFUSED,
    Handler,
    Request,
    event_text,
    load,
)
from tests.fakes.lambda_context import FakeLambdaContext

ROUNDS = 60
CALLS = 20


def main() -> dict[str, dict[str, list[float]]]:
    """Seconds a call, by request and subject, one number a round.

    Nobody waits for anything here, so it is the processor's time, which no neighbour lengthens.
    """
    handlers = {subject: load(subject) for subject in HANDLERS}
    install_stores()
    for request in (*MEASURED, *REFUSED):
        _require_same(request, handlers)
    gc.collect()
    gc.freeze()  # what was loaded is not looked through again: less noise, and the same for all
    taken: dict[str, dict[str, list[float]]] = {
        request.name: {subject: [] for subject in handlers} for request in MEASURED
    }
    for number in range(ROUNDS):
        for request in MEASURED:
            for subject in _turned(list(handlers), number):
                taken[request.name][subject].append(_time(handlers[subject], request))
    return taken


def _turned(subjects: list[str], number: int) -> list[str]:
    """Everybody goes first in turn."""
    at = number % len(subjects)
    return subjects[at:] + subjects[:at]


def _time(handler: Handler, request: Request) -> float:
    text, context = event_text(request), FakeLambdaContext()
    events = [json.loads(text) for _ in range(CALLS)]
    gc.collect()
    began = time.process_time()
    for event in events:
        handler(event, context)
    return (time.process_time() - began) / CALLS


def _require_same(request: Request, handlers: dict[str, Handler]) -> None:
    """The same status, kind and body from everybody, or the times say nothing."""
    answers = {subject: _answer(handler, request) for subject, handler in handlers.items()}
    first, *others = answers.values()
    if first[0] != request.status or any(answer != first for answer in others):
        raise AssertionError(f"{request.name}: {answers}")


def _answer(handler: Handler, request: Request) -> tuple[int, str, Any]:
    answer = handler(json.loads(event_text(request)), FakeLambdaContext())
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return answer["statusCode"], headers["content-type"], json.loads(answer["body"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
