"""`make demo`: the main job, seen by a user, on the local cloud."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.local import session
from infra.local.api_client import ApiClient
from infra.local.contact_sheet import make_contact_sheet
from infra.local.deployment import Outputs, client
from infra.local.extras import collect_extras, extras_line
from infra.local.footage import make_demo_video
from infra.local.paths import DEMO, FOOTAGE, LOCAL, ROOT
from infra.local.showing import USER, DemoError

PATIENCE_S = 1_800
APPEAR_S = 60


def run_demo(video: Path | None) -> int:
    """Both ways in, a progress bar each, then what came out; returns the exit status."""
    console = Console()
    began = time.monotonic()
    if video is not None and not video.is_file():
        console.print(f"[red]There is no file {video}.")
        return 2
    source = video or _demo_video(console)
    with console.status("Bringing the local cloud up: the real `cdk deploy` of all stacks …"):
        part = session.taking_part()
        outputs = part.__enter__()
    try:
        console.print(f"The cloud is up at {outputs.aws_endpoint_url}, the API deployed.")
        return _show(console, outputs, source, began)
    finally:
        part.__exit__(None, None, None)


def _demo_video(console: Console) -> Path:
    target = LOCAL / "demo-video.mp4"
    if not target.exists():
        with console.status("Making the demo video from real footage, drawn scenes and speech …"):
            make_demo_video(target, footage=FOOTAGE, ffmpeg=imageio_ffmpeg.get_ffmpeg_exe())
    return target


def _show(console: Console, outputs: Outputs, source: Path, began: float) -> int:
    api = ApiClient(outputs, USER)
    mb = source.stat().st_size / 1e6
    console.print(f"[bold]{source.name}[/], {mb:.1f} MB, as user {USER}:")
    with _bars(console) as bars:
        dropped = _follow(bars, "1 S3 put into uploads/", api, lambda: _drop(outputs, api, source))
        sent = _follow(bars, "2 API, multipart upload", api, lambda: api.upload(source, "Demo"))
    failed = [video for video in (dropped, sent) if video["status"] != "ready"]
    for video in failed:
        console.print(f"[red]{video['error']['code']}[/]: {video['error']['detail']}")
    if failed:
        return 1
    segments = api.segments(sent["video_id"], "processed")
    console.print(_table(sent, segments))
    folder, told = _collect(api, sent["video_id"], segments)
    console.print(f"Looked through beside the cut: {extras_line(told)}.")
    _farewell(console, outputs, folder, sent, time.monotonic() - began)
    return 0


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(40),
        TextColumn("{task.percentage:5.1f} %"),
        TextColumn("{task.fields[stage]:<7}"),
        TimeElapsedColumn(),
        console=console,
    )


def _drop(outputs: Outputs, api: ApiClient, source: Path) -> str:
    """As `aws s3 cp` does it. The name is this run's own, so that the video can be found."""
    name = f"{time.strftime('%H.%M.%S')} {source.name}"
    key = f"uploads/{outputs.user(USER).user_id}/{name}"
    client(outputs, "s3").upload_file(str(source), outputs.media_bucket, key)
    until = time.monotonic() + APPEAR_S
    while time.monotonic() < until:
        video_id = api.find_video(name)
        if video_id:
            return video_id
        time.sleep(0.3)
    raise DemoError(f"no video came of {key}: see `make logs`")


def _follow(bars: Progress, says: str, api: ApiClient, send: Callable[[], str]) -> Any:
    """Send the file, then show what is told of it until its run has ended; returns the video."""
    task = bars.add_task(says, total=100, stage="upload")
    after = api.last_event()
    video_id = send()
    for event in api.events(after, video_id, PATIENCE_S):
        _advance(bars, task, event)
        if event["type"] == "video.updated" and event["data"]["status"] in {"ready", "failed"}:
            return api.call("GET", f"/api/videos/{video_id}")
    raise DemoError(f"{video_id} has not ended after {PATIENCE_S} s")


def _advance(bars: Progress, task: TaskID, event: Mapping[str, Any]) -> None:
    """Runs and their stages tell how far it is."""
    told = event["data"]
    if "percent" not in told:
        return
    ended = told.get("status") in {"succeeded", "failed", "cancelled"}
    bars.update(task, completed=told["percent"], stage=told["status" if ended else "stage"])


def _table(video: Mapping[str, Any], segments: list[Any]) -> Table:
    media = video["media"]
    picture = media["video"]
    title = f"{media['duration']:.2f} s of {media['container'].split(',')[0]}"
    if picture:
        title += f", {picture['codec']} {picture['width']}x{picture['height']}"
    folder = segments[0]["s3_key"].rsplit("/", 1)[0] if segments else ""
    table = Table(title=title, caption=f"keys are under {folder}/", caption_justify="left")
    for name in ("No", "asked (s)", "actual start", "end", "frames", "MB"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("key", no_wrap=True)
    for row in segments:
        table.add_row(
            str(row["segment_number"]),
            f"{row['start']:.2f} – {row['end']:.2f}",
            f"{row['actual_start']:.3f}",
            f"{row['actual_end']:.3f}",
            str(row["frame_count"] if row["frame_count"] is not None else "–"),
            f"{row['file_size'] / 1e6:.2f}",
            row["s3_key"].rsplit("/", 1)[-1],
        )
    return table


def _collect(api: ApiClient, video_id: str, segments: list[Any]) -> tuple[Path, Mapping[str, Any]]:
    """Fetch every file and draw the contact sheet; only then an older demo's files go."""
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=LOCAL))
    others = api.segments(video_id, "audio") + api.segments(video_id, "thumbnail")
    files = {
        row["segment_id"]: api.fetch(row, folder / _file_name(row)) for row in segments + others
    }
    pictures = [
        (
            f"{row['segment_number']}: {row['start']:.0f} to {row['end']:.0f} s",
            files[row["segment_id"]],
        )
        for row in others
        if row["segment_type"] == "thumbnail" and row["segment_number"] > 0
    ]
    told = collect_extras(api, video_id, folder)
    if pictures:
        make_contact_sheet(pictures, folder / "contact-sheet.png")
    folder.chmod(0o755)
    with session.one_at_a_time("demo.lock"):
        shutil.rmtree(DEMO, ignore_errors=True)
        folder.rename(DEMO)
    return DEMO, told


def _file_name(row: Mapping[str, Any]) -> str:
    extension = row["s3_key"].rsplit(".", 1)[-1]
    names = {"processed": "segment", "thumbnail": "thumbnail", "audio": "audio"}
    if row["segment_type"] == "thumbnail" and row["segment_number"] == 0:
        return f"poster.{extension}"
    return f"{names[row['segment_type']]}-{row['segment_number']:03d}.{extension}"


def _farewell(
    console: Console, outputs: Outputs, folder: Path, video: Mapping[str, Any], seconds: float
) -> None:
    shown = folder.relative_to(ROOT)
    count = len(list(folder.iterdir()))
    console.print(
        f"{count} files are in [bold]{shown}/[/]; see [bold]{shown}/contact-sheet.png[/]."
    )
    console.print(f"Both ways in took {seconds:.0f} s, setting up included.\n\nNext:")
    for line in (
        "make local                  keep the cloud up and print where everything is",
        "make token USER=pro         a token for curl",
        "make demo VIDEO=my.mp4      the same with a file of yours",
        "make test                   everything that holds this together",
    ):
        console.print(f"  {line}", highlight=False)
