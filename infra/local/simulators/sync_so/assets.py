"""Files that an organisation keeps with the service: put to a signed address, then registered."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from infra.local.simulators.sync_so.errors import malformed, refused

EXPIRES_S: Final = 604_800
TYPES: Final = ("VIDEO", "AUDIO", "IMAGE")
_FILE: Final = re.compile(r"[0-9a-f]{32}")


class Assets:
    """Thread-safe; kept in a folder."""

    def __init__(self, folder: Path, base: str) -> None:
        self._folder, self._base = folder, base
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def open_upload(self, body: object) -> dict[str, Any]:
        """Where to put a file, and where it is read then."""
        told = body if isinstance(body, Mapping) else {}
        names = ("fileName", "contentType")
        wrong = [
            f"{name} must be a string" for name in names if not isinstance(told.get(name), str)
        ]
        if not isinstance(told.get("size"), int):
            wrong.append("size must be a number")
        if wrong:
            raise malformed(wrong)
        url = f"{self._base}/_storage/assets/{uuid.uuid4().hex}"
        return {"uploadUrl": url, "url": url, "expiresIn": EXPIRES_S}

    def keep(self, content: bytes) -> str:
        """The address of a file that came in a form; the same for the same file."""
        name = sha256(content).hexdigest()[:32]
        self.store(name, content)
        return f"{self._base}/_storage/assets/{name}"

    def store(self, name: str, content: bytes) -> bool:
        """False where nobody was told to put it."""
        if not _FILE.fullmatch(name):
            return False
        (self._folder / name).write_bytes(content)
        return True

    def stored(self, name: str) -> Path | None:
        path = self._folder / name
        return path if _FILE.fullmatch(name) and path.exists() else None

    def register(self, organisation: str, body: object) -> dict[str, Any]:
        told = body if isinstance(body, Mapping) else {}
        if told.get("type") not in TYPES:
            raise malformed([f"type must be one of the following values: {', '.join(TYPES)}"])
        path = self.stored(str(told.get("url", "")).rpartition("/")[2])
        if path is None:
            raise refused("uploaded_file_not_found")
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asset = {
            "id": str(uuid.uuid4()),
            "createdAt": now,
            "updatedAt": now,
            "name": path.name,
            "url": told["url"],
            "size": path.stat().st_size,
            "type": told["type"],
            "visibility": "USER",
        }
        kept = {**asset, "_organisation": organisation}
        with self._lock:
            (self._folder / f"{asset['id']}.json").write_text(json.dumps(kept))
        return asset

    def get(self, organisation: str, asset_id: str) -> dict[str, Any]:
        for one in self._all(organisation):
            if one["id"] == asset_id:
                return one
        raise refused("asset_not_found")

    def page(self, organisation: str) -> dict[str, Any]:
        found = sorted(self._all(organisation), key=lambda one: one["createdAt"], reverse=True)
        return {"items": found, "nextCursor": None, "totalCount": len(found)}

    def place(self, organisation: str, asset_id: str) -> str:
        return str(self.get(organisation, asset_id)["url"])

    def _all(self, organisation: str) -> list[dict[str, Any]]:
        with self._lock:
            found = [json.loads(path.read_text()) for path in self._folder.glob("*.json")]
        return [
            {name: value for name, value in one.items() if name != "_organisation"}
            for one in found
            if one["_organisation"] == organisation
        ]
