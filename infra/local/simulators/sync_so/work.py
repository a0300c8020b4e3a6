"""The work on a generation: its files fetched and judged, its ranges voiced, its end told."""

from __future__ import annotations

import logging
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from infra.local.simulators.sync_so import inputs
from infra.local.simulators.sync_so.contract import USUAL_MODE
from infra.local.simulators.sync_so.errors import RefusedError, refused, says_of
from infra.local.simulators.sync_so.faults import Fault, Switchboard
from infra.local.simulators.sync_so.inputs import Media
from infra.local.simulators.sync_so.records import Record, Records
from infra.local.simulators.sync_so.rendering import RenderError, render, run
from infra.local.simulators.sync_so.speech import say
from infra.local.simulators.sync_so.timeline import Range, Voice, pieces_of
from infra.local.simulators.sync_so.webhooks import Webhooks

logger = logging.getLogger(__name__)
_AT_ONCE: Final = 2
_BEYOND: Final = 0.05
"""Seconds by which a range or a crop may end after its file, since lengths are rounded."""


class Workshop:
    """`show` is how a record is told."""

    def __init__(
        self,
        folder: Path,
        records: Records,
        switch: Switchboard,
        webhooks: Webhooks,
        show: Callable[[Record], Record],
    ) -> None:
        self._folder, self._records, self._switch = folder, records, switch
        self._webhooks, self._show = webhooks, show
        self._benches = threading.Semaphore(_AT_ONCE)
        for record in records.open_ones():
            self.begin(record)

    def fetch(self, record: Record) -> None:
        """All files of a request. Raises RefusedError."""
        folder = self.folder_of(record["id"])
        folder.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(record["input"]):
            target = folder / f"in{number}"
            if one["type"] == "text" or target.exists():
                continue
            url = one.get("url") or record["_places"][one["assetId"]]
            inputs.fetch(url, one["type"], target, self._switch.settings)

    def begin(self, record: Record) -> None:
        threading.Thread(target=self._work, args=(record,), daemon=True).start()

    def folder_of(self, generation_id: str) -> Path:
        return self._folder / generation_id

    def result_of(self, generation_id: str) -> Path:
        return self.folder_of(generation_id) / "out.mp4"

    def forget(self, generation_id: str) -> None:
        shutil.rmtree(self.folder_of(generation_id), ignore_errors=True)

    def _work(self, record: Record) -> None:
        began = time.monotonic()
        generation_id, organisation = record["id"], record["_organisation"]
        fault = self._switch.take("work", generation_id, record.get("outputFileName"))
        self._records.change(generation_id, status="PROCESSING", _began=time.time())
        self._webhooks.tell_early(organisation, self._show(record))
        if fault and fault.kind == "stuck":
            return
        ended = self._ended(record, fault)
        slow = fault.seconds if fault and fault.kind == "slow" else 0.0
        least = self._switch.settings.work_seconds + slow
        time.sleep(max(0.0, began + least - time.monotonic()))
        if self._records.change(generation_id, **ended) is not None:
            self._webhooks.tell(organisation, self._show(record))

    def _ended(self, record: Record, fault: Fault | None) -> dict[str, Any]:
        if fault and fault.kind in {"failed", "rejected"}:
            code = fault.code
            status = fault.kind.upper()
            says = fault.message if fault.message is not None else says_of(code or status)
            return {"status": status, "error": says, **({"errorCode": code} if code else {})}
        try:
            with self._benches:
                seconds = self._made(record)
                _spoil(self.result_of(record["id"]), fault, seconds)
        except RefusedError as error:
            code = error.body.get("errorCode")
            return {"status": "FAILED", "error": error.body["message"], "errorCode": code}
        except (RenderError, OSError, subprocess.TimeoutExpired):
            logger.exception("generation broke")
            code = "generation_pipeline_failed"
            return {"status": "FAILED", "error": says_of(code), "errorCode": code}
        return {"status": "COMPLETED", "outputDuration": round(seconds, 3)}

    def _made(self, record: Record) -> float:
        self.fetch(record)
        folder = self.folder_of(record["id"])
        voices: list[tuple[Mapping[str, Any], Media]] = []
        for number, one in enumerate(record["input"]):
            if one["type"] in {"audio", "text"}:
                voices.append((one, self._voice(one, folder / f"in{number}")))
        video = self._visual(record, folder, voices[0][1])
        half = folder / "half.mp4"
        seconds = render(video, pieces_of(video.seconds, _ranges(record, video, voices)), half)
        half.replace(self.result_of(record["id"]))
        return seconds

    def _voice(self, one: Mapping[str, Any], path: Path) -> Media:
        if one["type"] == "text":
            path = path.with_suffix(".wav")
            say(one["provider"]["script"], one["provider"]["voiceId"], path)
        return inputs.judge_audio(path, self._switch.settings)

    def _visual(self, record: Record, folder: Path, voice: Media) -> Media:
        """A picture becomes a video as long as its voice."""
        at, one = next(
            (at, one) for at, one in enumerate(record["input"]) if one["type"] in {"video", "image"}
        )
        path = folder / f"in{at}"
        if one["type"] == "image":
            moving = folder / "moving.mp4"
            even = "scale=trunc(iw/2)*2:trunc(ih/2)*2"
            run("-loop", "1", "-framerate", "25", "-i", str(path), "-t", f"{voice.seconds:.3f}",
                "-vf", even, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(moving))  # fmt: skip
            path = moving
        return inputs.judge_video(path, record["model"], self._switch.settings)


def _ranges(
    record: Record, video: Media, voices: list[tuple[Mapping[str, Any], Media]]
) -> list[Range]:
    """Without segments, the whole of the video. open: what comes of an end beyond the video's, or
    beyond the sound's; here it is refused."""
    mode = (record.get("options") or {}).get("sync_mode") or USUAL_MODE
    if not record.get("segments"):
        media = voices[0][1]
        voice = Voice(str(media.path), 0.0, media.seconds)
        return [Range(0.0, video.seconds, voice, mode)]
    by_name = {one["refId"]: media for one, media in voices}
    return [_range(one, video, by_name, mode) for one in record["segments"]]


def _range(one: Mapping[str, Any], video: Media, by_name: Mapping[str, Media], mode: str) -> Range:
    asked = one["audioInput"]
    media = by_name[asked["refId"]]
    start, end = asked.get("startTime"), asked.get("endTime")
    if one["endTime"] > video.seconds + _BEYOND:
        raise refused("generation_input_segments_invalid", "A segment ends after the video.")
    if end is not None and end > media.seconds + _BEYOND:
        raise refused("generation_input_trim_invalid", "A crop ends after its audio.")
    voice = Voice(
        str(media.path), start or 0.0, min(media.seconds, end if end is not None else media.seconds)
    )
    own = (one.get("optionsOverride") or {}).get("sync_mode")
    return Range(one["startTime"], one["endTime"], voice, own or mode)


def _spoil(result: Path, fault: Fault | None, seconds: float) -> None:
    kind = fault.kind if fault else None
    spoilt = result.with_suffix(".spoilt.mp4")
    if kind == "silent_output":
        run("-i", str(result), "-map", "0:v", "-c", "copy", str(spoilt))
    elif kind == "short_output":
        run("-i", str(result), "-t", f"{seconds / 2:.3f}", "-c", "copy", str(spoilt))
    elif kind == "broken_output":
        spoilt.write_bytes(result.read_bytes()[: result.stat().st_size // 2][::-1])
    else:
        return
    spoilt.replace(result)
