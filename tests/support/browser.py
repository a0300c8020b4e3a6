"""A headless Chromium that opens one page, where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
# It asks nobody on the internet for anything.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--mute-audio",
)  # fmt: skip


def browser() -> str | None:
    """The first that is installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page(BaseHTTPRequestHandler):
    """Gives the page, and keeps what it posts."""

    def do_GET(self) -> None:
        server: Any = self.server
        self._answer(server.html.encode() if self.path == "/" else b"")

    def do_POST(self) -> None:
        server: Any = self.server
        size = int(self.headers["Content-Length"])
        server.posted.append(json.loads(self.rfile.read(size)))
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def opened(program: str, html: str, folder: Path) -> Iterator[list[Any]]:
    """The page in a browser of its own; what it posts to its own address comes into the list."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.html, server.posted = html, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    profile = f"--user-data-dir={folder / 'profile'}"
    with (folder / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *QUIET, profile, f"http://127.0.0.1:{server.server_port}/"],
            stdout=log,
            stderr=log,
        )
        try:
            yield server.posted
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            server.shutdown()
            server.server_close()
            thread.join()
