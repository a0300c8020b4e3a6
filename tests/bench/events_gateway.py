"""A process with many WebSocket connections: their far ends as API Gateway has them (what is
POSTed to `/@connections/{id}` goes over the wire), and the clients that read.

Run as `python -m tests.bench.events_gateway NAME CLIENTS`: prints its port, and, when its input
ends, how long events took from their making to their clients, in milliseconds, and which of them
each client saw, in order.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp
from aiohttp import web


class Gateway:
    def __init__(self) -> None:
        self.wires: dict[str, web.WebSocketResponse] = {}
        self.seen: list[float] = []
        self.told: dict[str, list[str]] = {}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.wires[request.query["name"]] = socket
        async for _ in socket:
            pass
        return socket

    async def post(self, request: web.Request) -> web.Response:
        socket = self.wires.get(request.match_info["name"])
        if socket is None:
            return web.Response(status=410)
        await socket.send_str(await request.text())
        return web.Response()

    async def follow(self, session: aiohttp.ClientSession, port: int, name: str) -> None:
        last = 0
        async with session.ws_connect(f"http://127.0.0.1:{port}/?name={name}") as socket:
            async for message in socket:
                now = time.time()
                for event in json.loads(message.data)["events"]:
                    if event["sequence"] > last:
                        last = event["sequence"]
                        self.seen.append((now - event["data"]["duration"]) * 1_000)
                        self.told.setdefault(name, []).append(event["id"])

    async def serve(self, name: str, clients: int) -> None:
        app = web.Application()
        routes = [web.get("/", self.connect), web.post("/@connections/{name}", self.post)]
        app.add_routes(routes)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            names = [f"{name}-{at}" for at in range(clients)]
            tasks = [asyncio.create_task(self.follow(session, port, one)) for one in names]
            while len(self.wires) < clients:
                await asyncio.sleep(0.05)
            _say(port)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            for task in tasks:
                task.cancel()
        await runner.cleanup()
        self.seen.sort()
        parts = {f"p{share}": self._part(share) for share in (50, 99)}
        _say({"told": self.told, **parts})

    def _part(self, share: int) -> float:
        seen = self.seen
        return seen[min(len(seen) - 1, share * len(seen) // 100)] if seen else 0.0


def _say(what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(Gateway().serve(sys.argv[1], int(sys.argv[2])))
