"""Bodies that are forms with files: no model is read of them, so that the document is told here."""

from __future__ import annotations

from typing import Any, Final

from functions.handlers.api.openapi_headers import Part

FORM: Final = "multipart/form-data"
_FILE: Final = {"type": "string", "format": "binary"}
_JSON: Final = "application/json"
# Fields of the JSON form that a form has as JSON in a part of text; all others are plain text.
_AS_JSON: Final = ("segments", "audios", "options", "text_removal")
_AS_TEXT: Final = ("video_id", "model", "sync_mode", "title")


def with_form(name: str, body: Part, schemas: Part) -> Part:
    """The body of an operation, and the form that is taken as well."""
    if name != "createLipSync":
        return body
    fields = schemas["CreateLipSync"]["properties"]
    return {**body, "content": {**body["content"], FORM: _lipsync(fields)}}


def _lipsync(fields: Part) -> Part:
    files = {
        "video": {**_FILE, "description": "The video, where none is named by `video_id`"},
        "audio": {
            "type": "array",
            "items": _FILE,
            "description": "Voices: the `ref_id` of each is its file's name before the dot",
        },
    }
    told = {name: _as_json(fields[name]) for name in _AS_JSON}
    plain = {name: _plain(fields[name]) for name in _AS_TEXT}
    choice = {"type": "string", "enum": ["true", "false"], "default": "false"}
    schema = {
        "type": "object",
        "title": "CreateLipSyncForm",
        "description": (
            "The fields of the JSON form, with the files in it: 4 MiB in all. What is larger is "
            "answered with 413, and sent by way of the JSON form."
        ),
        "properties": {**files, **told, **plain, "dry_run": choice},
        "required": ["segments"],
        "additionalProperties": False,
    }
    kinds = {"video": "video/*", "audio": "audio/*"}
    return {
        "schema": schema,
        "encoding": {one: {"contentType": kind} for one, kind in kinds.items()},
    }


def _as_json(field: Part) -> dict[str, Any]:
    says = {"audios": "Voices that are spoken from text"}.get(field.get("title", "").lower())
    kept = {name: field[name] for name in ("description",) if name in field}
    inner = {name: value for name, value in field.items() if name not in {"title", "default"}}
    told = {**kept, **({"description": says} if says else {})}
    return {"type": "string", "contentMediaType": _JSON, "contentSchema": inner, **told}


def _plain(field: Part) -> dict[str, Any]:
    """A part that is not sent is not null: it is absent."""
    kept = {name: value for name, value in field.items() if name not in {"title", "anyOf"}}
    for kind in field.get("anyOf", []):
        kept |= kind if kind.get("type") != "null" else {}
    return {name: value for name, value in kept.items() if value is not None}
