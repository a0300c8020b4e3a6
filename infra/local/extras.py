"""What a video has beside its segments: fetched, and said in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.api_client import ApiClient

_FILES = {
    "preview_url": "preview.webp",
    "waveform_url": "waveform.png",
    "peaks_url": "peaks.json",
    "proxy_url": "proxy.mp4",
}
_SHEET = re.compile(r"^(https?://\S+?)#xywh", re.MULTILINE)


def collect_extras(api: ApiClient, video_id: str, folder: Path) -> Mapping[str, Any]:
    """Put the files of a video's extras into a folder; returns what the API says of them."""
    told: Mapping[str, Any] = api.call("GET", f"/api/videos/{video_id}/extras")
    for field, name in _FILES.items():
        if told.get(field):
            api.save(told[field], folder / name)
    board = told.get("storyboard")
    if board:
        text = board["vtt"]
        for number, url in enumerate(dict.fromkeys(_SHEET.findall(text)), 1):
            name = f"storyboard-{number}.jpg"
            api.save(url, folder / name)
            text = text.replace(url, name)
        (folder / "storyboard.vtt").write_text(text)
    return told


def extras_line(told: Mapping[str, Any]) -> str:
    """Loudness and stretches, as far as they were asked for."""
    parts = []
    loudness = told.get("loudness")
    if loudness and loudness["integrated"] is not None:
        parts.append(f"{loudness['integrated']:.1f} LUFS")
    for name in ("silent", "black"):
        if told.get(name) is not None:
            parts.append(f"{len(told[name])} {name} stretches")
    if told.get("error"):
        parts.append(f"extras failed: {told['error']['code']}")
    return ", ".join(parts)
