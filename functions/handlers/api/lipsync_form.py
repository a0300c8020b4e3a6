"""A lip-sync job as a form with its files in it: read as the JSON that it stands for.

Parts: `video` (one file) or `video_id`; `audio` (files, each named by what is before the dot of its
file name); `segments`, and `audios` for spoken text, `options` and `text_removal`, as JSON; all
other fields of the JSON form as text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

from functions.domain.errors import FieldError, TooLargeError
from functions.runtime import problem
from functions.runtime.forms import FormError, Part, read_form

PATH: Final = "/api/v1/sync/pro-sync-process"
MAX_FORM: Final = 4 * 1024 * 1024
"""A function is called with 6 MB at the most, and bytes come to it as base64."""
FILES: Final = "cutroom_files"
VIDEO: Final = ""
_JSON: Final = ("segments", "audios", "options", "text_removal")
_TEXTS: Final = ("video_id", "model", "sync_mode", "title", "dry_run")
_BOOLEAN: Final = {"true": True, "false": False}


def as_json(event: dict[str, Any]) -> dict[str, Any]:
    """The event as it would be with JSON, its files beside; any other as it is.

    Raises TooLargeError, InvalidInputError naming every wrong part.
    """
    headers: Mapping[str, str] = event.get("headers") or {}
    kind = headers.get("content-type", "")
    if event["rawPath"] != PATH or not kind.lower().startswith("multipart/form-data"):
        return event
    text = event.get("body") or ""
    _require_room(len(text) * 3 // 4 if event.get("isBase64Encoded") else len(text))
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    try:
        parts = read_form(kind, body)
    except FormError as error:
        says = f"This is no form that can be read: {error}."
        raise problem.invalid([FieldError("", "form_invalid", says)]) from error
    read = _Reading(parts)
    document = read.document()
    if read.wrong:
        raise problem.invalid(read.wrong)
    return {
        **event,
        "body": json.dumps(document),
        "isBase64Encoded": False,
        "headers": {**headers, "content-type": "application/json"},
        FILES: read.files,
    }


def digest(event: Mapping[str, Any]) -> str:
    """Of the files of a form: what an Idempotency-Key is held against beside the body."""
    files: Mapping[str, bytes] = event.get(FILES) or {}
    rows = [f"{name}:{sha256(body).hexdigest()}" for name, body in sorted(files.items())]
    return "\n".join(rows)


def _require_room(size: int) -> None:
    if size > MAX_FORM:
        raise TooLargeError(
            "lipsync.form_too_large",
            f"A form may have {MAX_FORM // 1024} KiB. Send the request as application/json: it "
            "answers with URLs to send larger files to.",
        )


class _Reading:
    """What was read of a form: `files` by the name of their voice, the video's under VIDEO."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.files: dict[str, bytes] = {}
        self.wrong: list[FieldError] = []

    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for part in self._parts:
            if part.name == "video" and part.file_name is not None:
                self._video(part, told)
            elif part.name == "audio" and part.file_name is not None:
                told.setdefault("_files", []).append(self._audio(part))
            elif part.name in (*_JSON, *_TEXTS):
                self._field(part, told)
            else:
                self._refuse(part.name, "unknown_part", "A form has no such part.")
        files = told.pop("_files", [])
        spoken = told.get("audios")
        if spoken is None or isinstance(spoken, list):
            told["audios"] = [*files, *(spoken or [])]
        return told

    def _video(self, part: Part, told: dict[str, Any]) -> None:
        if "video" in told:
            self._refuse("video", "repeated_part", "A form has one video.")
        told["video"] = _announced(part)
        self.files[VIDEO] = part.body

    def _audio(self, part: Part) -> dict[str, Any]:
        name = PurePosixPath(part.file_name or "").stem
        self.files[name] = part.body
        return {"ref_id": name, **_announced(part)}

    def _field(self, part: Part, told: dict[str, Any]) -> None:
        if part.name in told:
            self._refuse(part.name, "repeated_part", "A form has this part once.")
            return
        try:
            text = part.text
            told[part.name] = json.loads(text) if part.name in _JSON else text
        except (ValueError, RecursionError):
            self._refuse(part.name, "json_invalid", "This part should be valid JSON.")
        if part.name == "dry_run":
            told["dry_run"] = _BOOLEAN.get(str(told.get("dry_run")).lower(), told.get("dry_run"))

    def _refuse(self, name: str, code: str, says: str) -> None:
        self.wrong.append(FieldError(problem.pointer([name]), code, says))


def _announced(part: Part) -> dict[str, Any]:
    return {
        "file_name": part.file_name,
        "size": len(part.body),
        "content_type": part.content_type,
    }
