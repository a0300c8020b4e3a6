"""`make demo-moments`: from the URL of a talk to its clips, seen by a user, on the local cloud."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
from rich.console import Console
from rich.table import Table

from infra.local import session
from infra.local.api_client import ApiClient
from infra.local.deployment import Outputs
from infra.local.paths import DEMO_MOMENTS, LOCAL
from infra.local.showing import USER, DemoError, farewell, keep, until
from infra.local.simulators.sources import Source, serving
from infra.local.talk_video import Topic, make_talk
from infra.local.timeline import draw_timeline

_OPTIONS: Final[Mapping[str, Any]] = {
    "segmentation": {"mode": "none"},
    "extras": ["waveform", "silence"],
    "transcript": {"wanted": True, "language": "en-US"},
}
_ASKED: Final[Mapping[str, Any]] = {"count": 5, "min_length_s": 8, "max_length_s": 25}
_UPRIGHT: Final[Mapping[str, Any]] = {
    "captions": True,
    "target": {"shape": "9:16", "height": 960},
}
_KINDS: Final = {"json": "transcript.json", "srt": "transcript.srt", "vtt": "transcript.vtt",
                 "txt": "transcript.txt"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Talk:
    api: ApiClient
    video_id: str
    folder: Path

    def get(self, rest: str) -> Any:
        return self.api.call("GET", f"/api/videos/{self.video_id}{rest}")


def run_demo_moments() -> int:
    """Ingest, transcript, moments, clips, a picture; returns the exit status."""
    console, began = Console(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="demo-moments-", dir=LOCAL))
    with console.status("Making a talk of five topics: drawn pictures, a voice that is made …"):
        topics = make_talk(folder / "talk.mp4", ffmpeg=imageio_ffmpeg.get_ffmpeg_exe())
    with console.status("Bringing the local cloud up: the real `cdk deploy` of all stacks …"):
        part = session.taking_part()
        outputs = part.__enter__()
    try:
        console.print(f"The cloud is up at {outputs.aws_endpoint_url}, the API deployed.")
        _show(console, outputs, topics, folder)
        kept = keep(folder, DEMO_MOMENTS)
    finally:
        part.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)
    farewell(console, kept, time.monotonic() - began, "timeline.png")
    return 0


def _show(console: Console, outputs: Outputs, topics: list[Topic], folder: Path) -> None:
    """The demo's cloud reaches one port of this machine: two demos serve one after the other."""
    api = ApiClient(outputs, USER)
    with session.one_at_a_time("sources.lock"), serving(outputs.sources_port) as sources:
        url = sources.put("talk.mp4", Source(path=folder / "talk.mp4"))
        console.print(f"POST /api/videos [bold]{url}[/] as user {USER}")
        talk = _Talk(api, _fetched(console, api, url), folder)
    console.print(_transcript(talk))
    moments = _moments(console, talk)
    console.print(_table(moments, topics))
    _clips(console, talk, moments)
    extras = talk.get("/extras")
    peaks = json.loads(api.save(extras["peaks_url"], folder / "peaks.json").read_text())
    draw_timeline(topics, moments, peaks, folder / "timeline.png")


def _fetched(console: Console, api: ApiClient, url: str) -> str:
    """The id of the video once its run is over."""
    video_id = str(api.call("POST", "/api/videos", {"url": url, "options": _OPTIONS})["video_id"])
    with console.status("Fetching …") as status:

        def over() -> Any:
            video = api.call("GET", f"/api/videos/{video_id}")
            if video["run_id"]:
                run = api.call("GET", f"/api/pipeline/status/{video_id}")
                status.update(f"{run['stage']}: {run['percent']:.0f} %")
            return video if video["status"] in {"ready", "failed"} else None

        video = until(over, "the video")
    error = video["error"] or video["transcript"]["error"]
    if error:
        raise DemoError(f"{error['code']}: {error['detail']}")
    return video_id


def _transcript(talk: _Talk) -> Table:
    """As all kinds of file; the first sentences of it are shown."""
    for kind, name in _KINDS.items():
        path = f"/api/videos/{talk.video_id}/transcript?format={kind}"
        (talk.folder / name).write_bytes(talk.api.read(path))
    told = json.loads((talk.folder / _KINDS["json"]).read_text())
    words, sentences = told["words"], told["sentences"]
    table = Table(title=f"{len(words)} words in {len(sentences)} sentences, as they were heard")
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("said")
    for sentence in sentences[:5]:
        table.add_row(_clock(sentence["start"]), sentence["text"])
    table.add_row("…", "")
    return table


def _moments(console: Console, talk: _Talk) -> list[Any]:
    path = f"/api/videos/{talk.video_id}/generate-moments"
    asked = talk.api.call("POST", path, _ASKED)
    with console.status("Looking for moments …"):

        def over() -> Any:
            told = talk.api.call("GET", asked["status_url"])
            return told if told["status"] in {"succeeded", "failed"} else None

        ended = until(over, "the search for moments")
    if ended["status"] == "failed":
        raise DemoError(f"{ended['error']['code']}: {ended['error']['detail']}")
    return list(talk.get("/moments")["items"])


def _table(moments: list[Any], topics: list[Topic]) -> Table:
    table = Table(title=f"{len(moments)} moments, by counting alone: no model service was asked")
    for name in ("from", "to", "score"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("title", "in the topic", "tags"):
        table.add_column(name)
    for one in moments:
        within = [it.title for it in topics if _shared(it, one) >= 1]
        table.add_row(
            _clock(one["start"]),
            _clock(one["end"]),
            f"{one['score']:.2f}",
            one["title"],
            ", ".join(within),
            ", ".join(one["tags"]),
        )
    return table


def _shared(topic: Topic, moment: Mapping[str, Any]) -> float:
    """Seconds of a moment that lie in a topic."""
    return float(min(topic.end, moment["end"]) - max(topic.start, moment["start"]))


def _clips(console: Console, talk: _Talk, moments: list[Any]) -> None:
    """All as they are, then the best one again: upright, with what is said in the picture."""
    place = f"/api/videos/{talk.video_id}/clips"
    with console.status("Cutting clips …"):
        began = time.monotonic()
        talk.api.call("POST", place, {})
        _cut(talk)
    console.print(f"{len(moments)} clips were cut in {time.monotonic() - began:.1f} s.")
    for number, one in enumerate(moments, 1):
        _watch(talk, one, f"clip-{number}.mp4")
    best = max(moments, key=lambda one: float(one["score"]))
    with console.status("Cutting the best one again, upright and with captions …"):
        began = time.monotonic()
        talk.api.call("POST", f"/api/clips/{best['moment_id']}/recut", _UPRIGHT)
        _cut(talk)
    console.print(f"“{best['title']}” was cut again in {time.monotonic() - began:.1f} s.")
    _watch(talk, best, "upright.mp4")


def _cut(talk: _Talk) -> None:
    def over() -> Any:
        told = talk.get("/clip-extraction-status")
        return told if told["pending"] == 0 else None

    told = until(over, "the clips")
    for one in told["items"]:
        if one["error"]:
            raise DemoError(f"{one['error']['code']}: {one['error']['detail']}")


def _watch(talk: _Talk, moment: Mapping[str, Any], name: str) -> None:
    url = talk.api.leads_to(f"/api/clips/{moment['moment_id']}/stream")
    talk.api.save(url, talk.folder / name)


def _clock(at: float) -> str:
    return f"{int(at) // 60}:{at % 60:04.1f}"
