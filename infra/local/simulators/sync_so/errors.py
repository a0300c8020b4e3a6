"""What the service refuses, and in which shape: statuses and words by its own codes.

Source: its errors endpoint, and what has been seen; open: the status of most codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final


class RefusedError(Exception):
    """An answer that is no success. `body` is what is sent."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status}: {body.get('message')}")
        self.status, self.body, self.headers = status, body, dict(headers or {})


# code -> (status, message, suggestion)
_CODES: Final[Mapping[str, tuple[int, str, str]]] = {
    "generation_unsupported_model": (400, "The model is not supported.", "Choose another model."),
    "generation_input_validation_failed": (400, "The input is invalid.", "Check the input."),
    "generation_input_segments_invalid": (
        400, "The segments are invalid.", "Segments must not overlap and need a known refId.",
    ),
    "generation_input_trim_invalid": (400, "The trim is invalid.", "Give both ends, in order."),
    "generation_input_too_many_visual": (400, "There is more than one visual input.", "Send one."),
    "generation_text_length_exceeded": (400, "The text is too long.", "Send 5000 characters."),
    "INVALID_IDEMPOTENCY_KEY": (400, "The Idempotency-Key is invalid.", "Use 1-128 characters."),
    "invalid_generation_id": (400, "The generation id is invalid.", "Use the id you were given."),
    "free_tier_generations_exhausted": (402, "The free generations are used up.", "Upgrade."),
    "account_payment_required": (402, "A payment is required.", "Pay the invoice."),
    "generation_plan_duration_exceeded": (402, "Longer than your plan allows.", "Upgrade."),
    "generation_not_found": (404, "The generation was not found.", "Check the id."),
    "asset_not_found": (404, "The asset was not found.", "Check the id."),
    "generation_not_deletable_while_processing": (
        409, "The generation cannot be deleted while it is processing.", "Wait until it is over.",
    ),
    "generation_conflict": (409, "The generation was changed meanwhile.", "Try again."),
    # open: the code of a key that comes again with another payload.
    "IDEMPOTENCY_KEY_REUSED": (409, "The key was used with another payload.", "Use another key."),
    "generation_input_video_inaccessible": (
        422, "The provided video URL is inaccessible.", "Check that it can be read by everybody.",
    ),
    "generation_input_audio_inaccessible": (
        422, "The provided audio URL is inaccessible.", "Check that it can be read by everybody.",
    ),
    "generation_input_video_invalid": (422, "The video is invalid.", "Use MP4, MOV, WebM, AVI."),
    "generation_input_audio_invalid": (422, "The audio is invalid.", "Use WAV, MP3, OGG, FLAC."),
    "generation_input_asset_type_mismatch": (422, "The asset is of another type.", "Use another."),
    "generation_input_resolution_unsupported": (
        422, "The resolution is not supported.", "Use 4096x2160 at most.",
    ),
    "generation_input_duration_greater_than_max_duration": (422, "It is too long.", "Shorten it."),
    "generation_model_duration_exceeded": (422, "Longer than the model takes.", "Shorten it."),
    "generation_audio_length_exceeded": (422, "The audio is too long.", "Shorten it."),
    "generation_audio_missing": (422, "There is no audio.", "Send one that has sound."),
    "generation_video_missing": (422, "There is no video.", "Send one that has a picture."),
    "file_size_exceeds_plan_limit": (422, "Larger than your plan allows.", "Upgrade."),
    "rate_limit_exceeded": (429, "Rate limit exceeded. Please try again later.", "Slow down."),
    "concurrency_limit_reached": (
        429, "You have reached the concurrency limit of your plan.", "Wait, or upgrade.",
    ),
    "internal_error": (500, "An internal error occurred.", "Try again later."),
    "generation_pipeline_failed": (500, "The pipeline failed.", "Try again."),
    "generation_timeout": (500, "The generation timed out.", "Try again."),
    "generation_unknown_error": (500, "An unknown error occurred.", "Try again."),
    "generation_infra_service_unavailable": (503, "A service is unavailable.", "Try again."),
    "generation_media_probe_unavailable": (503, "The probe is unavailable.", "Try again."),
    "IDEMPOTENCY_OUTCOME_UNKNOWN": (
        503, "The outcome of the first request is unknown.", "Send it again under the same key.",
    ),
    "elevenlabs_service_unavailable": (504, "ElevenLabs is unavailable.", "Try again."),
    "voice_not_found": (404, "The voice was not found.", "Choose another voice."),
}  # fmt: skip


def refused(
    code: str, message: str | None = None, *, status: int | None = None, **more: Any
) -> RefusedError:
    """By a code; `more` are further fields of the body."""
    usual = _CODES.get(code, (422, f"{code}.", "See the documentation."))
    number = status or usual[0]
    body: dict[str, Any] = {"statusCode": number, "errorCode": code, "message": message or usual[1]}
    if number in {422, 402}:
        body["suggestion"] = usual[2]
    if number == 429:
        body["error"] = HTTPStatus(number).phrase
    return RefusedError(number, {**body, **more})


def says_of(code: str) -> str:
    """The message that goes with a code."""
    return _CODES.get(code, (0, f"The generation failed ({code}).", ""))[1]


def malformed(messages: list[str]) -> RefusedError:
    """What the schema does not allow, all of it at once."""
    return RefusedError(400, {"statusCode": 400, "message": messages, "error": "Bad Request"})


def no_key() -> RefusedError:
    says = "Either Cookie or x-api-key header must be provided"
    return RefusedError(401, {"message": says, "error": "Unauthorized", "statusCode": 401})


def wrong_key() -> RefusedError:
    """Another shape than where there is none."""
    return RefusedError(401, {"message": "Unauthorized", "statusCode": 401})


def no_route(method: str, path: str) -> RefusedError:
    says = f"Cannot {method} {path}"
    return RefusedError(404, {"message": says, "error": "Not Found", "statusCode": 404})


def catalogue() -> list[dict[str, str]]:
    return [
        {"code": code, "message": message, "suggestion": suggestion}
        for code, (_, message, suggestion) in sorted(_CODES.items())
    ]
