"""Clients that follow events, as the README tells front ends to do it."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.cloud import Cloud

PATIENCE_S = 240


def ticket(cloud: Cloud, use: str, user: str = "pro") -> str:
    answer = cloud.call("POST", "/api/events/tickets", {"use": use}, user=user)
    assert answer.status == 201, answer.body
    return str(answer.json["ticket"])


def logged(cloud: Cloud, user: str = "pro", after: int = 0, **query: Any) -> list[dict[str, Any]]:
    """All that is in a user's log, by the way that is there for it: no client keeps anything."""
    events: list[dict[str, Any]] = []
    while True:
        words = "".join(f"&{name}={value}" for name, value in query.items())
        path = f"/api/events?after={after}&wait=0{words}"
        answer = cloud.call("GET", path, user=user)
        assert answer.status == 200, answer.body
        blocks = parsed(answer.body.decode())
        events += [json.loads(one["data"]) for one in blocks if one.get("data")]
        last = int(blocks[-1]["id"])
        if last == after:
            return events
        after = last


def ended(events: list[dict[str, Any]], video_id: str) -> bool:
    """The run's end, and that of its video, which come from two tables, in any order."""
    found = {
        one["type"]
        for one in events
        if one["video_id"] == video_id
        and one["type"] in {"run.updated", "video.updated"}
        and one["data"]["status"] in {"succeeded", "ready"}
    }
    return len(found) == 2


def parsed(text: str) -> list[dict[str, str]]:
    """Blocks of an event stream that have an id, or data."""
    found = []
    for block in text.split("\n\n"):
        lines = [line.partition(":") for line in block.split("\n") if line]
        fields = {name: value.removeprefix(" ") for name, _, value in lines if name}
        if "id" in fields:
            found.append(fields)
    return found


@dataclass
class Source:
    """An EventSource (WHATWG HTML, section 9.2): it comes again by itself, with the last id."""

    url: str
    last_id: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    lost: int = 0

    def run(self) -> None:
        while not self.stopped.is_set():
            headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
            request = urllib.request.Request(self.url, headers=headers)  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=40) as answer:  # noqa: S310
                    assert answer.headers["Content-Type"].startswith("text/event-stream")
                    self._take(answer.read().decode())
            except urllib.error.HTTPError as error:
                # It is closed then, and opened again as the README has it.
                if error.code < 500:
                    raise
                self.stopped.wait(1)
            except (OSError, http.client.HTTPException):
                self.lost += 1
            self.stopped.wait(0.05)

    def _take(self, text: str) -> None:
        for block in parsed(text):
            self.last_id = block["id"]
            if "data" in block:
                self.events.append(json.loads(block["data"]))


@dataclass
class Socket:
    """A WebSocket that comes again when it is lost, and says where it was."""

    url: Callable[[], str]
    wants: Mapping[str, str] = field(default_factory=dict)
    last: int | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    connected: int = 0

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not self.stopped.is_set():
                with suppress(aiohttp.ClientError, ConnectionError):
                    await self._once(session)
                await asyncio.sleep(0.1)

    async def _once(self, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(self.url()) as socket:
            self.connected += 1
            after = {} if self.last is None else {"after": self.last}
            await socket.send_json({"action": "subscribe", **self.wants, **after})
            while not self.stopped.is_set():
                try:
                    message = await socket.receive(timeout=0.5)
                except TimeoutError:
                    continue
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                self._take(json.loads(message.data))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] != "events":
            self.others.append(message)
            if message["type"] in {"subscribed", "resync"}:
                self.last = message["sequence"]
            return
        for event in message["events"]:
            if event["sequence"] > (self.last or 0):
                self.last = event["sequence"]
                self.events.append(event)


@contextmanager
def running(*clients: Source | Socket) -> Iterator[None]:
    threads = [threading.Thread(target=one.run, daemon=True) for one in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in clients:
            one.stopped.set()
        for thread in threads:
            thread.join(30)


def until(what: Any, says: str) -> None:
    """Waits for something to hold."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError(says)
