"""The lip-sync provider's codes of errors: what each is called by us, what is done, what is said.

Source: Sync.so's catalogue of error codes, current and older names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Remedy(StrEnum):
    """What we do; where it does not help, the user reads the trouble's detail."""

    TRY_AGAIN = "try_again"
    REENCODE = "reencode"
    SIGN_AGAIN = "sign_again"
    WAIT = "wait"
    OPERATOR = "operator"
    GIVE_UP = "give_up"


FAILED = (
    "lipsync.provider_failed",
    Remedy.TRY_AGAIN,
    "The lip-sync provider failed on its side. Retry the job in a few minutes.",
)
_TIMEOUT = (
    "lipsync.provider_timeout",
    Remedy.TRY_AGAIN,
    "The lip-sync provider did not get done in time. Retry the job; shorter ranges help.",
)
_ACCOUNT = (
    "lipsync.provider_account",
    Remedy.OPERATOR,
    "Lip-sync is switched off at the moment for a reason on our side. Retry the job later.",
)
_VIDEO = (
    "lipsync.video_unreadable",
    Remedy.REENCODE,
    "The lip-sync provider cannot read the video. Export it as H.264 in MP4 and upload it again.",
)
_AUDIO = (
    "lipsync.audio_unreadable",
    Remedy.REENCODE,
    "The lip-sync provider cannot read an audio file. Export it as WAV or MP3 and send it again.",
)
_UNREACHABLE = (
    "lipsync.input_unreachable",
    Remedy.SIGN_AGAIN,
    "The lip-sync provider could not fetch the files from us. Retry the job.",
)
_TOO_LONG = (
    "lipsync.too_long",
    Remedy.GIVE_UP,
    "The video or an audio is longer than the lip-sync model takes. Use a shorter clip.",
)
REQUEST = (
    "lipsync.request_refused",
    Remedy.GIVE_UP,
    "The lip-sync provider refuses the request as it is. Check the files, ranges and options.",
)
_VOICE = (
    "lipsync.voice_unusable",
    Remedy.GIVE_UP,
    "The voice cannot be used for speech. Choose another voice, or send recorded audio.",
)

KINDS: Final[Mapping[str, tuple[str, Remedy, str]]] = {
    **dict.fromkeys(
        (
            "generation_pipeline_failed", "generation_unknown_error", "generation_unhandled_error",
            "generation_database_error", "generation_infra_storage_error",
            "generation_infra_resource_exhausted", "generation_infra_service_unavailable",
            "generation_media_probe_unavailable", "controller_unavailable",
            "controller_dependency_error", "internal_error", "usage_dependency_unavailable",
            "generation_conflict", "voice_clone_busy",
        ),
        FAILED,
    ),
    **dict.fromkeys(
        ("generation_timeout", "generation_media_probe_timeout", "controller_timeout"), _TIMEOUT
    ),
    **dict.fromkeys(
        (
            "free_tier_generations_exhausted", "plan_feature_unavailable",
            "account_payment_required", "account_on_hold", "voice_clone_limit_reached",
            "elevenlabs_quota_exceeded", "elevenlabs_api_key_invalid", "generation_internal_auth",
            "project_not_found",
        ),
        _ACCOUNT,
    ),
    **dict.fromkeys(
        (
            "generation_input_video_invalid", "generation_media_metadata_missing",
            "generation_input_resolution_unsupported", "generation_input_asset_type_mismatch",
        ),
        _VIDEO,
    ),
    "generation_input_audio_invalid": _AUDIO,
    **dict.fromkeys(
        (
            "generation_input_video_inaccessible", "generation_input_audio_inaccessible",
            "generation_input_image_inaccessible", "uploaded_file_not_found", "asset_not_found",
            "asset_forbidden", "file_not_in_org_storage",
        ),
        _UNREACHABLE,
    ),
    **dict.fromkeys(
        (
            "generation_input_duration_greater_than_max_duration",
            "generation_model_duration_exceeded", "generation_plan_duration_exceeded",
            "generation_audio_length_exceeded", "dubbing_duration_exceeded",
        ),
        _TOO_LONG,
    ),
    **dict.fromkeys(
        (
            "generation_input_validation_failed", "generation_input_too_many_visual",
            "generation_input_dub_audio_conflict", "invalid_asset_id_format",
            "invalid_generation_id", "unsupported_generation_id_format", "generation_not_found",
            "INVALID_IDEMPOTENCY_KEY",
        ),
        REQUEST,
    ),
    **dict.fromkeys(
        (
            "voice_not_found", "voice_sample_not_accessible", "voice_sample_type_unsupported",
            "voice_sample_upload_required", "voice_sample_extraction_failed",
            "voice_sample_source_too_large", "voice_sample_too_short", "voice_sample_invalid",
            "voice_name_conflict",
        ),
        _VOICE,
    ),
    "elevenlabs_service_unavailable": (
        "lipsync.speech_unavailable",
        Remedy.TRY_AGAIN,
        "The service that speaks text does not answer. Retry the job later, or send recorded "
        "audio.",
    ),
    "generation_unsupported_model": (
        "lipsync.model_unsupported",
        Remedy.GIVE_UP,
        "The lip-sync provider does not offer this model any more. Choose another model.",
    ),
    "generation_input_segments_invalid": (
        "lipsync.ranges_refused",
        Remedy.GIVE_UP,
        "The lip-sync provider refuses the ranges. They must not overlap and must lie in the "
        "video.",
    ),
    "generation_input_trim_invalid": (
        "lipsync.crop_refused",
        Remedy.GIVE_UP,
        "The lip-sync provider refuses the crop of an audio. It must lie in the audio.",
    ),
    "generation_input_face_selection_invalid": (
        "lipsync.face_not_found",
        Remedy.GIVE_UP,
        "No face was found in a range. Choose ranges in which the speaker's face is seen, or have "
        "the speaker found (`auto_speaker`).",
    ),
    "generation_text_length_exceeded": (
        "lipsync.text_too_long",
        Remedy.GIVE_UP,
        "A text is longer than 5000 characters. Split it into several ranges.",
    ),
    "generation_audio_missing": (
        "lipsync.no_sound",
        Remedy.GIVE_UP,
        "An audio file has no sound in it. Send another file.",
    ),
    "generation_video_missing": (
        "lipsync.no_picture",
        Remedy.GIVE_UP,
        "The video has no picture in it. Send another file.",
    ),
    "file_size_exceeds_plan_limit": (
        "lipsync.too_large",
        Remedy.GIVE_UP,
        "A file is larger than the lip-sync provider takes. Use a shorter or smaller one.",
    ),
    "concurrency_limit_reached": (
        "lipsync.slots_taken",
        Remedy.WAIT,
        "All places for lip-sync are taken. The job goes on when one gets free.",
    ),
    "rate_limit_exceeded": (
        "lipsync.rate_limited",
        Remedy.WAIT,
        "Too much is asked of the lip-sync provider at the moment. The job goes on soon.",
    ),
}  # fmt: skip
PREFIXES: Final = (
    ("generation_infra_", FAILED),
    ("controller_", FAILED),
    ("generation_media_probe_", FAILED),
    ("generation_input_", REQUEST),
    ("elevenlabs_", _ACCOUNT),
    ("account_", _ACCOUNT),
    ("voice_", _VOICE),
)
