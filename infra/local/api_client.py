"""What a front end does with the API: announce, PUT parts, complete, follow, list, fetch."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.local.deployment import Outputs, client
from infra.local.users import token

UPLOADS_AT_ONCE = 4
# urllib would call bytes a form.
PLAIN = {"Content-Type": "application/octet-stream"}


class ApiError(Exception):
    """The API refused; the message is its code and its words."""


class ApiClient:
    """The API as one of the ready users."""

    def __init__(self, outputs: Outputs, user: str) -> None:
        self._base = outputs.api_url
        cognito = client(outputs, "cognito-idp")
        self._token = token(cognito, outputs.user_pool_client_id, outputs.user(user))

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A JSON call. Raises ApiError."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self._base + path, method=method, data=data, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise _refused(error.read()) from error

    def last_event(self) -> int:
        """The number of the user's latest event: from there on they are followed."""
        ids = [line for line in self.read("/api/events").decode().splitlines() if line[:3] == "id:"]
        return int(ids[-1].removeprefix("id:"))

    def events(self, after: int, video_id: str, seconds: float) -> Iterator[Mapping[str, Any]]:
        """A video's events as they happen, by the stream that browsers read, for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = self.read(f"/api/events?after={after}&video_id={video_id}").decode()
            for line in text.splitlines():
                name, _, value = line.partition(": ")
                if name == "data":
                    yield json.loads(value)
                elif name == "id":
                    after = int(value)

    def read(self, path: str) -> bytes:
        """What is no JSON. Raises ApiError."""
        request = urllib.request.Request(
            self._base + path, headers={"Authorization": f"Bearer {self._token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise _refused(error.read()) from error

    def leads_to(self, path: str) -> str:
        """Where a redirect leads; it is not followed with the token. Raises ApiError."""
        parts = urllib.parse.urlsplit(self._base)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            connection.request("GET", parts.path + path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != HTTPStatus.FOUND:
                raise _refused(body)
            return str(answer.getheader("Location"))
        finally:
            connection.close()

    def upload(self, path: Path, title: str, **options: Any) -> str:
        """Send a file as a browser does, parts side by side; returns the video's id."""
        wanted = {
            "file_name": path.name,
            "size": path.stat().st_size,
            "content_type": "video/mp4",
            "title": title,
            **({"options": options} if options else {}),
        }
        ticket = self.call("POST", "/api/videos/uploads", wanted)
        if ticket["method"] == "put":
            put(ticket["put_url"], path.read_bytes(), ticket["put_headers"])
        while ticket["parts"]:
            with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
                list(pool.map(partial(_put_part, path, ticket), ticket["parts"]))
            ticket = self.call("GET", ticket["complete_url"])
        self.call("PUT", ticket["complete_url"])
        return str(ticket["video_id"])

    def find_video(self, file_name: str) -> str | None:
        """The newest video of that file name, if it has appeared."""
        for video in self._pages("/api/videos?limit=100"):
            if video["file_name"] == file_name:
                return str(video["video_id"])
        return None

    def segments(self, video_id: str, kind: str) -> list[Any]:
        path = f"/api/videos/{video_id}/segments?limit=100&segment_type={kind}"
        return list(self._pages(path))

    def fetch(self, segment: Mapping[str, Any], target: Path) -> Path:
        """Download a segment's file."""
        ticket = self.call("GET", f"/api/segments/{segment['segment_id']}/download")
        return self.save(ticket["url"], target)

    def save(self, url: str, target: Path) -> Path:
        """Download what a signed URL leads to."""
        with urllib.request.urlopen(url, timeout=60) as answer:
            target.write_bytes(answer.read())
        return target

    def _pages(self, path: str) -> Iterator[Any]:
        cursor = ""
        while True:
            page = self.call("GET", path + cursor)
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])


def _refused(body: bytes) -> ApiError:
    problem = json.loads(body or b"{}")
    return ApiError(f"{problem.get('code')}: {problem.get('detail')}")


def _put_part(path: Path, ticket: Mapping[str, Any], part: Mapping[str, Any]) -> None:
    with path.open("rb") as file:
        file.seek((part["part_number"] - 1) * ticket["part_size"])
        put(part["url"], file.read(ticket["part_size"]), PLAIN)


def put(url: str, data: bytes, headers: Mapping[str, str]) -> None:
    """PUT bytes to a signed URL."""
    request = urllib.request.Request(url, method="PUT", data=data, headers=dict(headers))
    with urllib.request.urlopen(request, timeout=300):
        return
