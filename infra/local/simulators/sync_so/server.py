"""The simulator as it runs: the service's routes, and a door for tests.

POST   /_simulator/faults    {"faults": [{"on", "kind", …}]}   see `faults.Fault`
POST   /_simulator/settings  {…}                               see `faults.Settings`
DELETE /_simulator/faults                                      all of both is forgotten
GET    /_simulator/worked    how long each generation that is over has taken
GET    /_simulator/calls     requests since the last look, the oldest first, and webhooks
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.simulators.serving import Server, served
from infra.local.simulators.sync_so.errors import malformed
from infra.local.simulators.sync_so.routes import ROUTES
from infra.local.simulators.sync_so.service import Service
from infra.local.simulators.sync_so.wire import Calls, Handler, Reply, Routes


def _expect(handler: Handler) -> Reply:
    try:
        handler.service.switch.expect(handler.json()["faults"])
    except (TypeError, ValueError, KeyError) as error:
        raise malformed([str(error)]) from error
    return Reply(200, {})


def _set(handler: Handler) -> Reply:
    try:
        handler.service.switch.set(handler.json())
    except (TypeError, ValueError) as error:
        raise malformed([str(error)]) from error
    return Reply(200, {})


def _clear(handler: Handler) -> Reply:
    handler.service.switch.clear()
    return Reply(200, {})


def _calls(handler: Handler) -> Reply:
    sent = handler.service.webhooks.sent
    return Reply(200, {"calls": handler.calls.taken(), "webhooks": sent})


def _worked(handler: Handler) -> Reply:
    return Reply(200, {"generations": handler.service.records.worked()})


_DOOR: Final[Routes] = (
    ("POST", re.compile("/_simulator/faults"), _expect),
    ("DELETE", re.compile("/_simulator/faults"), _clear),
    ("POST", re.compile("/_simulator/settings"), _set),
    ("GET", re.compile("/_simulator/worked"), _worked),
    ("GET", re.compile("/_simulator/calls"), _calls),
)


@dataclass(frozen=True)
class Running:
    """A server that runs: its address, and what is behind it."""

    endpoint: str
    service: Service
    calls: Calls


@contextmanager
def serving(home: Path, port: int = 0) -> Iterator[Running]:
    """Serve on loopback until the block ends."""

    class Bound(Handler):
        calls = Calls()
        routes = (*_DOOR, *ROUTES)

    server = Server(Bound, port)
    Bound.service = Service(home, server.endpoint)
    with served(server):
        yield Running(server.endpoint, Bound.service, Bound.calls)
