from __future__ import annotations

import json
from dataclasses import replace

from functions.adapters.sync_so.encoding import encode
from functions.domain.codec import from_plain, to_plain
from functions.domain.lipsync.generation import (
    ActiveSpeaker,
    LipSyncModel,
    RecordedVoice,
    SpokenVoice,
    SyncMode,
    SyncOptions,
    SyncRange,
    SyncRequest,
)

REQUEST = SyncRequest(
    name="job-1",
    model=LipSyncModel.LIPSYNC_2_PRO,
    video_url="https://media.test/scene.mp4?X-Amz-Signature=secret",
    voices=(
        RecordedVoice(ref_id="anna", url="https://media.test/anna.wav"),
        SpokenVoice(ref_id="tts1", voice_id="VOICE", script="Hello.", stability=0.4),
    ),
    ranges=(
        SyncRange(start=0, end=4_200, ref_id="anna", crop=(1_000, 5_200)),
        SyncRange(
            start=4_200,
            end=7_001,
            ref_id="tts1",
            options=SyncOptions(
                sync_mode=SyncMode.CUT_OFF, speaker=ActiveSpeaker(frame=110, x=640, y=360)
            ),
        ),
    ),
    sync_mode=SyncMode.SILENCE,
    options=SyncOptions(temperature=0.5, occlusion=True, speaker=ActiveSpeaker(auto=True)),
    webhook_url="https://app.test/webhooks/sync-so",
)


def test_given_a_request_when_encoded_then_it_is_as_the_contract_has_it():
    assert json.loads(encode(REQUEST)) == {
        "model": "lipsync-2-pro",
        "input": [
            {"type": "video", "url": "https://media.test/scene.mp4?X-Amz-Signature=secret"},
            {"type": "audio", "refId": "anna", "url": "https://media.test/anna.wav"},
            {
                "type": "text",
                "refId": "tts1",
                "provider": {
                    "name": "elevenlabs",
                    "voiceId": "VOICE",
                    "script": "Hello.",
                    "stability": 0.4,
                },
            },
        ],
        "segments": [
            {
                "startTime": 0.0,
                "endTime": 4.2,
                "audioInput": {"refId": "anna", "startTime": 1.0, "endTime": 5.2},
            },
            {
                "startTime": 4.2,
                "endTime": 7.001,
                "audioInput": {"refId": "tts1"},
                "optionsOverride": {
                    "sync_mode": "cut_off",
                    "active_speaker_detection": {"frame_number": 110, "coordinates": [640, 360]},
                },
            },
        ],
        "options": {
            "sync_mode": "silence",
            "temperature": 0.5,
            "occlusion_detection_enabled": True,
            "active_speaker_detection": {"auto_detect": True},
        },
        "outputFileName": "job-1",
        "webhookUrl": "https://app.test/webhooks/sync-so",
    }


def test_given_a_kept_request_when_read_again_then_it_is_the_same_bytes():
    recorded = replace(REQUEST, voices=REQUEST.voices[:1])
    kept = json.loads(json.dumps(to_plain(replace(recorded, voices=()))))
    voices = tuple(from_plain(RecordedVoice, to_plain(one)) for one in recorded.voices)

    assert encode(replace(from_plain(SyncRequest, kept), voices=voices)) == encode(recorded)


def test_given_no_ranges_when_encoded_then_nothing_empty_is_sent():
    plain = SyncRequest(
        name="a", model=LipSyncModel.SYNC_3, video_url="https://a.test/v", voices=REQUEST.voices[:1]
    )
    assert set(json.loads(encode(plain))) == {"model", "input", "options", "outputFileName"}


def test_given_a_request_when_shown_then_no_url_is():
    assert "https://" not in repr(REQUEST)
    assert "Hello" not in repr(REQUEST)
