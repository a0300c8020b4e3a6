"""Lip-sync jobs on a deployed local cloud, and what is heard in what comes of them."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from infra.local.simulators.rekognition.sight import Seen, lines_in
from tests.contract.sync_so import heard, likeness, noise
from tests.media.make import FFMPEG, ffmpeg
from tests.support.cloud import Answer, Cloud, send

CREATE = "/api/v1/sync/pro-sync-process"
SECONDS = 8
PATIENCE_S = 240
OVER = {"completed", "failed", "rejected", "cancelled"}
NOT_CUT = {"segmentation": {"mode": "none"}, "extras": []}


def speaker(target: Path, seconds: float = SECONDS) -> Path:
    """A picture that moves, and a low tone: what is not replaced is known again."""
    picture = f"testsrc2=size=160x90:rate=25:duration={seconds}"
    sound = f"sine=frequency=220:sample_rate=48000:duration={seconds}"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac")
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *codec, str(target))
    return target


def captioned(target: Path, seconds: float = SECONDS) -> Path:
    """A calm picture with a caption burned into it, and the same low tone."""
    words = Image.new("RGB", (640, 360), (40, 60, 80))
    font = ImageFont.load_default(size=28)
    ImageDraw.Draw(words).text((120, 300), "Subscribe for more", fill="white", font=font)
    still = target.with_suffix(".png")
    words.save(still)
    sound = f"sine=frequency=220:sample_rate=48000:duration={seconds}"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac", "-shortest")
    picture = ("-loop", "1", "-framerate", "25", "-i", str(still))
    length = ("-pix_fmt", "yuv420p", "-t", str(seconds))
    ffmpeg(*picture, "-f", "lavfi", "-i", sound, *codec, *length, str(target))
    return target


def letters(video: Path, at: float) -> list[Seen]:
    """Lines of text that are seen in a picture of a video."""
    still = video.with_suffix(f".{at}.jpg")
    ffmpeg("-ss", str(at), "-i", str(video), "-frames:v", "1", "-q:v", "2", str(still))
    return lines_in(still.read_bytes())


@dataclass(frozen=True)
class Footage:
    """A video of the user's, its file, and two voices that are unlike each other."""

    video_id: str
    video: Path
    voices: dict[str, Path]


def make_footage(
    cloud: Cloud, folder: Path, user: str = "pro", film: Callable[[Path], Path] = speaker
) -> Footage:
    video = film(folder / "speaker.mp4")
    found = cloud.finished(cloud.upload(video, user, options=NOT_CUT), user)
    assert found["status"] == "ready", found["error"]
    voices = {name: noise(folder / f"{name}.wav", 3, seed) for name, seed in _SEEDS.items()}
    return Footage(str(found["video_id"]), video, voices)


_SEEDS = {"anna": 1, "ben": 2}
_KINDS = {".mp4": "video/mp4", ".wav": "audio/wav"}


def part(start: float, end: float, ref_id: str, **crop: float) -> dict[str, Any]:
    return {"start_time": start, "end_time": end, "audio_input": {"ref_id": ref_id, **crop}}


def wanted(footage: Footage, *segments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request for these ranges, with the voices that they name."""
    named = sorted({str(one["audio_input"]["ref_id"]) for one in segments})
    audios = [
        {
            "ref_id": name,
            "file_name": f"{name}.wav",
            "size": footage.voices[name].stat().st_size,
            "content_type": "audio/wav",
        }
        for name in named
    ]
    return {"video_id": footage.video_id, "audios": audios, "segments": list(segments), **more}


def ask(cloud: Cloud, body: dict[str, Any], user: str = "pro") -> dict[str, Any]:
    answer = cloud.call("POST", CREATE, body, user=user)
    assert answer.status == 202, answer.body
    return dict(answer.json)


def send_form(cloud: Cloud, parts: Sequence[tuple[str, str | Path]], user: str = "pro") -> Answer:
    """A request with its files in it, as browsers send forms."""
    body = b""
    for name, value in parts:
        named = f'; filename="{value.name}"' if isinstance(value, Path) else ""
        kind = _KINDS[value.suffix] if isinstance(value, Path) else "text/plain"
        head = f'--border\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
        content = value.read_bytes() if isinstance(value, Path) else value.encode()
        body += f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=border",
        "Authorization": f"Bearer {cloud.token(user)}",
    }
    return send("POST", f"{cloud.outputs.api_url}{CREATE}", body + b"--border--\r\n", headers)


def send_voices(job: dict[str, Any], files: dict[str, Path]) -> None:
    for place in job["uploads"]["audios"]:
        body = files[place["ref_id"]].read_bytes()
        answer = send("PUT", place["put_url"], body, place["put_headers"])
        assert answer.status == 200, answer.body


def status(cloud: Cloud, job_id: str, user: str = "pro") -> dict[str, Any]:
    answer = cloud.call("GET", f"/api/v1/sync/pro-job/{job_id}/status", user=user)
    assert answer.status == 200, answer.body
    return dict(answer.json)


def reached(
    cloud: Cloud, job_id: str, states: set[str], user: str = "pro", patience: float = PATIENCE_S
) -> dict[str, Any]:
    """The job once it is in one of these states."""
    until = time.monotonic() + patience
    job: dict[str, Any] = {}
    while time.monotonic() < until:
        job = status(cloud, job_id, user)
        if job["status"] in states | OVER:
            break
        time.sleep(0.3)
    assert job["status"] in states, job
    return job


def ended(cloud: Cloud, job_id: str, user: str = "pro") -> dict[str, Any]:
    return reached(cloud, job_id, OVER, user)


def tick(cloud: Cloud) -> Any:
    """The schedule's tick, without waiting for it."""
    return cloud.invoke("poll_lipsync", {})


def expect(cloud: Cloud, *faults: dict[str, Any]) -> None:
    """What is to go wrong at the provider."""
    _tell(cloud, "faults", {"faults": list(faults)})


def set_provider(cloud: Cloud, **settings: Any) -> None:
    _tell(cloud, "settings", settings)


def _tell(cloud: Cloud, door: str, body: dict[str, Any]) -> None:
    address = f"{cloud.outputs.simulators['sync_so']}/_simulator/{door}"
    answer = send("POST", address, json.dumps(body).encode())
    assert answer.status == 200, answer.body


def calm(cloud: Cloud) -> None:
    """Nothing goes wrong any more."""
    send("DELETE", f"{cloud.outputs.simulators['sync_so']}/_simulator/faults")


def calls(cloud: Cloud) -> list[dict[str, Any]]:
    address = f"{cloud.outputs.simulators['sync_so']}/_simulator/calls"
    return list(send("GET", address).json["calls"])


def fetch(job: dict[str, Any], target: Path) -> Path:
    answer: Answer = send("GET", job["result"]["url"])
    assert answer.status == 200
    target.write_bytes(answer.body)
    return target


def carried(result: Path, voice: Path, at: float, seconds: float, crop: float = 0.0) -> float:
    """How like a stretch of the result is to the voice, -1 to 1."""
    return likeness(heard(result, at, seconds), heard(voice, crop, seconds), shift=80)


def unchanged(result: Path, source: Path, at: float, seconds: float) -> float:
    """The same of a stretch that was left alone."""
    return likeness(heard(result, at, seconds), heard(source, at, seconds), shift=80)


def seen_alike(
    result: Path, source: Path, at: float, seconds: float, other: float | None = None
) -> float:
    """How like the pictures of a stretch are, in decibels (PSNR); or those of another one."""
    stretches = [("-ss", str(at), "-t", str(seconds), "-i", str(result))]
    stretches += [
        ("-ss", str(at if other is None else other), "-t", str(seconds), "-i", str(source))
    ]
    words = [word for one in stretches for word in one]
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-loglevel", "info", *words,
         "-lavfi", "[0:v][1:v]psnr", "-f", "null", "-"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    (found,) = re.findall(r"PSNR .*average:([0-9.inf]+)", done.stderr)
    return float(found)


def names(problems: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["pointer"], one["code"]) for one in problems}
