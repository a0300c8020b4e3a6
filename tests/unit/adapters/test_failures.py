"""What is made of a failure of ffmpeg: whether another try may help, and what is said of it."""

from __future__ import annotations

import signal

import pytest

from functions.adapters.ffmpeg.run import failure


@pytest.mark.parametrize(
    ("code", "said", "told", "again"),
    [
        (1, "av_interleaved_write_frame(): No space left on device", "ffmpeg.no_room", True),
        (1, "Error opening output: Cannot allocate memory", "ffmpeg.no_room", True),
        (-signal.SIGKILL, "", "ffmpeg.no_room", True),
        (-signal.SIGSEGV, "", "cut.read_failed", True),
        (1, "[https @ 0x1] HTTP error 503 Service Unavailable", "cut.read_failed", True),
        (1, "Connection reset by peer", "cut.read_failed", True),
        (1, "Invalid data found when processing input", "media.cannot_cut", False),
    ],
)
def test_given_how_ffmpeg_ended_when_it_failed_then_the_reason_is_told(
    code: int, said: str, told: str, again: bool
):
    error = failure(code, said)

    assert (error.code, error.retryable) == (told, again)
