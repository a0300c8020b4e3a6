"""What Amazon Transcribe takes and refuses: read from its own model, so that nothing is invented.

Source: the service's model as botocore carries it; its words for refusals as they were seen.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

OPERATIONS: Final = ("StartTranscriptionJob", "GetTranscriptionJob", "DeleteTranscriptionJob")
MAX_BYTES: Final = 2 * 1024**3
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str, "boolean": bool, "integer": int, "float": (int, float), "list": list,
    "map": dict, "structure": dict,
}  # fmt: skip


class RefusedError(Exception):
    """An error of the service: its name, its status, its words."""

    def __init__(self, name: str, status: int, says: str) -> None:
        super().__init__(says)
        self.name, self.status, self.says = name, status, says


def bad_request(says: str) -> RefusedError:
    return RefusedError("BadRequestException", 400, says)


def check(operation: str, request: Mapping[str, Any]) -> None:
    """Raises RefusedError for what the model does not allow, or what does not go together."""
    shape = _model().operation_model(operation).input_shape
    wrong = list(_wrong(shape, request, "")) if shape else []
    if wrong:
        count = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected"
        raise bad_request(f"{count}: {'; '.join(wrong)}")
    if operation == "StartTranscriptionJob":
        _check_together(request)


def _check_together(request: Mapping[str, Any]) -> None:
    languages = ("LanguageCode", "IdentifyLanguage", "IdentifyMultipleLanguages")
    if sum(bool(request.get(name)) for name in languages) != 1:
        raise bad_request(
            "You must include exactly one of LanguageCode, IdentifyLanguage and "
            "IdentifyMultipleLanguages in your request. Please try your request again."
        )
    settings = request.get("Settings", {})
    if bool(settings.get("ShowSpeakerLabels")) != ("MaxSpeakerLabels" in settings):
        raise bad_request("ShowSpeakerLabels and MaxSpeakerLabels go together.")
    if "OutputKey" in request and "OutputBucketName" not in request:
        raise bad_request("You must also include OutputBucketName if you specify OutputKey.")


def conflict() -> RefusedError:
    says = "The requested job name already exists. Use a different job name."
    return RefusedError("ConflictException", 409, says)


def not_found() -> RefusedError:
    says = "The requested job couldn't be found. Check the job name and try your request again."
    return RefusedError("NotFoundException", 404, says)


def limit_exceeded() -> RefusedError:
    says = "You have reached your limit of concurrent jobs. Try your request again later."
    return RefusedError("LimitExceededException", 429, says)


@functools.cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("transcribe")


def _wrong(shape: Shape, value: Any, place: str) -> Iterator[str]:
    kind = _KINDS.get(shape.type_name)
    fits = kind is None or (isinstance(value, kind) and (kind is bool or value is not True))
    if not fits:
        yield f"Value at '{place}' is of the wrong type"
        return
    match shape:
        case StructureShape():
            yield from _wrong_members(shape, value, place)
        case ListShape():
            yield from _wrong_size(shape, len(value), place)
            for item in value:
                yield from _wrong(shape.member, item, place)
        case MapShape():
            yield from _wrong_size(shape, len(value), place)
        case StringShape():
            yield from _wrong_text(shape, value, place)
        case _ if shape.type_name == "integer":
            yield from _wrong_size(shape, value, place)


def _wrong_members(shape: StructureShape, value: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield (
                f"Value null at '{_inside(place, name)}' failed to satisfy constraint: "
                "Member must not be null"
            )
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _wrong(member, value[name], _inside(place, name))


def _inside(place: str, name: str) -> str:
    own = name[0].lower() + name[1:]
    return f"{place}.{own}" if place else own


def _wrong_text(shape: StringShape, value: str, place: str) -> Iterator[str]:
    said = f"Value '{value}' at '{place}' failed to satisfy constraint: Member must"
    if shape.enum and value not in shape.enum:
        yield f"{said} satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield f"{said} satisfy regular expression pattern: {pattern}"
    yield from _wrong_size(shape, len(value), place)


def _wrong_size(shape: Shape, size: float, place: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield f"Value at '{place}' is outside of {low} to {high}"
