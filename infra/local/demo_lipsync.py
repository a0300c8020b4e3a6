"""`make demo-lipsync`: two new voices in three ranges of the demo video, seen by a user."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from infra.local import session
from infra.local.api_client import ApiClient, put
from infra.local.deployment import Outputs
from infra.local.footage import speak
from infra.local.paths import DEMO_LIPSYNC, LOCAL
from infra.local.showing import USER, DemoError, farewell, keep, make_scene, until
from infra.local.waveforms import Range, draw_waveforms, likeness

LENGTH_S: Final = 24
CREATE: Final = "/api/v1/sync/pro-sync-process"
_SAID: Final[Mapping[str, str]] = {
    "anna": "Every picture has a story, and this one is about to be told in another voice.",
    "ben": "Nothing else of it was touched, not a single frame and not a single sound.",
}
# voice, start and end in the video, start in the voice: seconds
_RANGES: Final = (("anna", 2.0, 5.5, 0.0), ("ben", 8.0, 11.0, 0.0), ("anna", 15.0, 16.0, 1.0))
_OVER: Final = {"completed", "failed", "rejected", "cancelled"}


def run_demo_lipsync() -> int:
    """Upload, ask, send voices, follow, fetch, draw; returns the exit status."""
    console, began = Console(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="demo-lipsync-", dir=LOCAL))
    with console.status("Making the scene and speaking the voices …"):
        scene, voices = make_scene(folder, LENGTH_S), _voices(folder)
    with console.status("Bringing the local cloud up: the real `cdk deploy` of all stacks …"):
        part = session.taking_part()
        outputs = part.__enter__()
    try:
        console.print(f"The cloud is up at {outputs.aws_endpoint_url}, the API deployed.")
        _show(console, outputs, scene, voices, folder)
    finally:
        part.__exit__(None, None, None)
    _tell(console, scene, voices, folder)
    kept = keep(folder, DEMO_LIPSYNC)
    farewell(console, kept, time.monotonic() - began, "waveforms.png")
    return 0


def _voices(folder: Path) -> dict[str, Path]:
    made = {}
    for name, text in _SAID.items():
        made[name] = folder / f"{name}.wav"
        speak(text, made[name])
    return made


def _show(
    console: Console, outputs: Outputs, scene: Path, voices: Mapping[str, Path], folder: Path
) -> None:
    api = ApiClient(outputs, USER)
    asked = api.call("POST", CREATE, _request(scene, voices))
    console.print(f"POST {CREATE} as user {USER}: job [bold]{asked['job_id']}[/]")
    cost = asked["estimated_cost"]
    console.print(f"At the real provider it would cost ${cost['usd']:.2f} at the least.")
    _send(api, asked, scene, voices)
    began = time.monotonic()
    with console.status("Waiting …") as status:

        def over() -> Any:
            job = api.call("GET", asked["status_url"])
            status.update(f"{job['stage']}: {job['percent']:.0f} %")
            return job if job["status"] in _OVER else None

        job = until(over, "the job")
    if job["status"] != "completed":
        raise DemoError(f"{job['error']['code']}: {job['error']['detail']}")
    _tell_times(console, time.monotonic() - began, job, _worked(outputs, job["job_id"]))
    with urllib.request.urlopen(job["result"]["url"], timeout=60) as answer:
        (folder / "lip-synced.mp4").write_bytes(answer.read())


def _worked(outputs: Outputs, job_id: str) -> float:
    """Seconds that the provider itself has had a job's generations."""
    address = f"{outputs.simulators['sync_so']}/_simulator/worked"
    with urllib.request.urlopen(address, timeout=10) as answer:
        made = json.load(answer)["generations"]
    return sum(float(one["seconds"]) for one in made if str(one["name"]).startswith(job_id))


def _tell_times(console: Console, waited: float, job: Any, provider: float) -> None:
    stages = [one for one in job["timings"] if one["seconds"]]
    submitted = sum(one["seconds"] for one in stages if one["stage"] != "awaiting_uploads")
    told = ", ".join(f"{one['stage']} {one['seconds']:.1f} s" for one in stages)
    console.print(f"It was done {waited:.1f} s after the last file was sent: {told}.")
    console.print(
        f"From the last file's arrival to the result {submitted:.1f} s, the provider's own "
        f"{provider:.1f} s among them: {job['attempts']} generation, {job['polls']} polls."
    )


def _request(scene: Path, voices: Mapping[str, Path]) -> dict[str, Any]:
    def file(path: Path, kind: str) -> dict[str, Any]:
        return {"file_name": path.name, "size": path.stat().st_size, "content_type": kind}

    return {
        "video": file(scene, "video/mp4"),
        "title": "Two voices",
        "audios": [{"ref_id": name, **file(path, "audio/wav")} for name, path in voices.items()],
        "segments": [
            {
                "start_time": start,
                "end_time": end,
                "audio_input": {
                    "ref_id": name,
                    "start_time": crop,
                    "end_time": crop + end - start,
                },
            }
            for name, start, end, crop in _RANGES
        ],
    }


def _send(
    api: ApiClient, asked: Mapping[str, Any], scene: Path, voices: Mapping[str, Path]
) -> None:
    """The job starts by itself when all has arrived."""
    for place in asked["uploads"]["audios"]:
        put(place["put_url"], voices[place["ref_id"]].read_bytes(), place["put_headers"])
    ticket = asked["uploads"]["video"]
    if ticket["method"] == "put":
        put(ticket["put_url"], scene.read_bytes(), ticket["put_headers"])
        return
    content, size = scene.read_bytes(), ticket["part_size"]
    for part in ticket["parts"]:
        at = (part["part_number"] - 1) * size
        plain = {"Content-Type": "application/octet-stream"}
        put(part["url"], content[at : at + size], plain)
    api.call("PUT", ticket["complete_url"])


def _tell(console: Console, scene: Path, voices: Mapping[str, Path], folder: Path) -> None:
    ranges = [Range(voices[name], name, start, end, crop) for name, start, end, crop in _RANGES]
    result = folder / "lip-synced.mp4"
    table = Table(title="What is heard in each range (1 is the same, 0 is unlike)")
    for name in ("range", "voice", "like the voice", "like before"):
        table.add_column(name)
    for one in ranges:
        table.add_row(
            f"{one.start:g} to {one.end:g} s",
            one.name,
            f"{likeness(result, one.start, one.voice, one.crop, one.seconds):.3f}",
            f"{likeness(result, one.start, scene, one.start, one.seconds):.3f}",
        )
    console.print(table)
    draw_waveforms(scene, result, ranges, LENGTH_S, folder / "waveforms.png")
