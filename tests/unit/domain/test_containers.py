from __future__ import annotations

import pytest

from functions.domain.errors import MediaError
from functions.domain.media.containers import (
    M4A,
    MKA,
    MKV,
    MOV,
    MP4,
    WEBM,
    FileFormat,
    audio_format,
    segment_format,
)
from functions.domain.media.probe import Media
from tests.builders import make_audio_track, make_media, make_video_track


def _media(video: str | None, audio: str | None, container: str = "matroska,webm") -> Media:
    return make_media(
        container=container,
        video=make_video_track(codec=video) if video else None,
        audio=make_audio_track(codec=audio) if audio else None,
    )


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (_media("h264", "aac"), MP4),
        (_media("h264", None), MP4),
        (_media("hevc", "flac"), MP4),
        (_media("vp9", "opus"), WEBM),
        (_media("av1", None), WEBM),
        (_media("av1", "aac"), MP4),
        (_media("vp8", "aac"), MKV),
        (_media("h264", "pcm_s16le", "mov,mp4,m4a,3gp,3g2,mj2"), MOV),
        (_media("h264", "pcm_s16le"), MKV),
        (_media("prores", "aac", "mov,mp4,m4a,3gp,3g2,mj2"), MOV),
        (_media(None, "aac"), M4A),
        (_media(None, "vorbis"), MKA),
    ],
)
def test_given_codecs_when_a_format_is_chosen_then_it_takes_both_streams_as_they_are(
    media: Media, expected: FileFormat
):
    assert segment_format(media) == expected


def test_given_neither_picture_nor_sound_when_a_format_is_chosen_then_it_is_refused():
    with pytest.raises(MediaError, match=r"media\.no_streams"):
        segment_format(_media(None, None))


def test_given_pcm_sound_when_it_is_kept_alone_then_the_format_takes_it():
    assert audio_format(_media("h264", "pcm_s16le")) == MKA
