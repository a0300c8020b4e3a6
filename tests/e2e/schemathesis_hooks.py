"""What the generator of requests cannot read in the document: rules between two fields, cursors
and versions that only the API can tell, keys that only a client can make, tiers, and ids that are
there.

Only requests that are meant to be right are mended; what is wrong on purpose stays wrong.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import schemathesis

KNOWN: Mapping[str, list[str]] = json.loads(os.environ.get("KNOWN_IDS", "{}"))
LARGEST = 1_000_000_000
# Of 10,240: a token and a path are carried as well.
CARRIED = 8_000
OPTIONS = {
    "fixed": ("length_s", "overlap_s"),
    "ranges": ("ranges",),
    "scenes": ("threshold",),
    "silence": ("level_db", "pause_s"),
    "parts": ("parts",),
    "size": ("size_mb",),
    "none": (),
    "moments": (),
}
UNASKED = {"hls", "transcript", "moments", "clips"}
NEEDED: Mapping[str, dict[str, Any]] = {
    "ranges": {"ranges": [{"start": 0, "end": 1}]},
    "parts": {"parts": 2},
    "size": {"size_mb": 5},
}


@schemathesis.hook
def before_load_schema(ctx: Any, raw_schema: dict[str, Any]) -> None:
    """Forms carry files and JSON within text, which are not made up: their tests are their own. So
    are those of events, which another function answers: it waits for them, and lets others in."""
    raw_schema["paths"].pop("/api/events")
    for place in raw_schema["paths"].values():
        for operation in place.values():
            operation.get("requestBody", {}).get("content", {}).pop("multipart/form-data", None)


@schemathesis.hook
def filter_case(ctx: Any, case: Any) -> bool:
    """API Gateway carries 10,240 bytes of a request's line and headers, and answers longer ones by
    itself; so does the local cloud."""
    told = (case.path_parameters, case.query, case.headers, case.cookies)
    pairs = [pair for part in told for pair in dict(part or {}).items()]
    return len(urlencode(pairs, doseq=True, errors="replace")) < CARRIED


@schemathesis.hook
def map_path_parameters(ctx: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """One id in two is one that is there, but for what would be gone for all others then."""
    if (ctx.operation.method.lower(), ctx.operation.path) == ("delete", "/api/videos/{video_id}"):
        return path_parameters
    for name, value in list((path_parameters or {}).items()):
        known = KNOWN.get(name)
        if known and isinstance(value, str) and len(value) % 2:
            assert path_parameters is not None
            path_parameters[name] = known[len(value) % len(known)]
    return path_parameters


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: dict[str, Any]) -> None:
    if case.meta is not None and case.meta.generation.mode.value != "positive":
        return
    for name in list(case.headers or {}):
        if name.lower() == "idempotency-key":
            case.headers[name] = str(uuid.uuid4())
        if name.lower() == "if-match":
            case.headers[name] = "*"
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
    _mend_part(case.query or {})
    _mend_days(case.query or {})
    _mend_url(case.query or {}, "source_url")
    _mend_body(case)
    if (case.operation.method, case.operation.path.rsplit("/")[-1]) == ("put", "transcript"):
        _mend_correction(case.body)


def _mend_body(case: Any) -> None:
    if case.operation.path.endswith("/pro-sync-process"):
        _mend_lipsync(case.body)
        return
    for item in _items(case.body):
        _mend(item)


def _mend_part(query: dict[str, Any]) -> None:
    """A part of a transcript is a segment, or from a start to a later end."""
    if "segment_id" in query:
        query.pop("start", None)
        query.pop("end", None)
    elif "start" in query and "end" in query:
        query["end"] = float(query["start"]) + 1


def _mend_days(query: dict[str, Any]) -> None:
    """Days of a series are counted back, and few by hour; zones have names that few know."""
    query.pop("from", None)
    query.pop("to", None)
    if query.get("interval") == "hour":
        query["days"] = 3
    if "time_zone" in query:
        query["time_zone"] = "Europe/Berlin"


def _items(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict):
        yield body
        yield from (item for item in body.get("segments", []) if isinstance(item, dict))


def _mend(item: dict[str, Any]) -> None:
    """A range ends after its start; a file fits the tier; an address says which post it is of,
    and numbers are not older than their post."""
    start, end = item.get("start"), item.get("end")
    if start is None or end is None:
        item.pop("start", None)
        item.pop("end", None)
    elif end <= start + 0.001:
        item["end"] = start + 1
    if "video_id" in item and item.get("start") is None:
        item.pop("cut", None)
        item.pop("target", None)
    _mend_clips(item)
    _mend_cut(item)
    _mend_moments(item)
    _mend_url(item, "url")
    # A stretch of time ends after it has begun.
    item.pop("until", None)
    _mend_stages(item)
    if isinstance(item.get("size"), int | float):
        item["size"] = min(item["size"], LARGEST)
    for segmentation in (item.get("segmentation"), (item.get("options") or {}).get("segmentation")):
        if isinstance(segmentation, dict):
            _mend_mode(segmentation)
            _mend_cut(segmentation)
    if "platform" in item:
        item.pop("post_url", None)
        item.pop("posted_at", None)
        item.pop("collected_at", None)
        item["post_id"] = item.get("post_id") or "7"


def _mend_lipsync(body: dict[str, Any]) -> None:
    """One voice in one range of a video that is to be sent; nothing is made of it."""
    for name in ("video_id", "text_removal", "options", "model"):
        body.pop(name, None)
    file = {"file_name": "a", "size": 1_000, "content_type": "audio/wav"}
    body["video"] = {**file, "content_type": "video/mp4"}
    body["audios"] = [{"ref_id": "a", **file}]
    body["segments"] = [{"start_time": 0.0, "end_time": 1.0, "audio_input": {"ref_id": "a"}}]
    body["dry_run"] = True


def _mend_moments(item: dict[str, Any]) -> None:
    """Models are of the stage, lengths go together, and words are either understood or not."""
    item.pop("model", None)
    if "min_length_s" in item or "max_length_s" in item:
        item.pop("min_length_s", None)
        item.pop("max_length_s", None)
    if "instruction" in item:
        item["instruction"] = "longer"


def _mend_clips(item: dict[str, Any]) -> None:
    """Moments are those that are there, and captions are burned in by an accurate cut alone."""
    item.pop("moment_ids", None)
    if item.get("captions") is True:
        item["cut"] = "accurate"


def _mend_correction(body: dict[str, Any]) -> None:
    """Either words or names."""
    if body.get("speakers") is None:
        body["words"] = body.get("words") or []
    if body.get("words") is not None:
        body.pop("speakers", None)


def _mend_url(item: dict[str, Any], name: str) -> None:
    """A name that nobody has: what may be wrong with a URL has few words in a schema."""
    if isinstance(item.get(name), str):
        item[name] = "https://media.invalid/a.mp4"


def _mend_stages(item: dict[str, Any]) -> None:
    """Stages that the video's options do not ask for are none of its own, and a run of some stages
    makes no more than these."""
    if item.get("from_stage") in UNASKED:
        item["from_stage"] = "cut"
    if item.get("stages") is None:
        return
    item["stages"] = [stage for stage in item["stages"] if stage not in UNASKED] or ["plan"]
    for name in ("from_stage", "segmentation", "extras", "transcript", "keep_segments"):
        item.pop(name, None)


def _mend_mode(segmentation: dict[str, Any]) -> None:
    """What belongs to another mode goes, what the mode needs comes, and lengths go together."""
    mode = segmentation.get("mode", "fixed")
    for name in {name for names in OPTIONS.values() for name in names} - {*OPTIONS[mode]}:
        segmentation.pop(name, None)
    for name in ("min_length_s", "max_length_s", "overlap_s"):
        segmentation.pop(name, None)
    for name, value in NEEDED.get(mode, {}).items():
        segmentation[name] = segmentation.get(name) or value
    for place, one in enumerate(segmentation.get("ranges") or ()):
        one.update(start=float(place), end=place + 1.5)


def _mend_cut(segmentation: dict[str, Any]) -> None:
    """Only an accurate cut has a target, and that has one way to say how good it is. Captions are
    a language of their own."""
    target = segmentation.get("target")
    if target is None:
        return
    segmentation["cut"] = "accurate"
    target.pop("captions", None)
    target.pop("captions_from", None)
    if target.get("crf") is not None:
        target.pop("bit_rate", None)
        target["crf"] = min(max(target["crf"], 1), 51)
