"""Result documents in the shape of Amazon Transcribe."""

from __future__ import annotations

from typing import Any


def item(text: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """A word; times are texts, in seconds."""
    return {
        "type": "pronunciation",
        "alternatives": [{"confidence": "0.9", "content": text}],
        "start_time": start,
        "end_time": end,
        **more,
    }


def mark(text: str, **more: Any) -> dict[str, Any]:
    """A mark of punctuation, which has no times."""
    return {
        "type": "punctuation",
        "alternatives": [{"confidence": "0.0", "content": text}],
        **more,
    }


def transcribed(*items: dict[str, Any], **results: Any) -> dict[str, Any]:
    """The whole document."""
    return {
        "jobName": "job",
        "status": "COMPLETED",
        "results": {"transcripts": [{"transcript": ""}], "items": list(items), **results},
    }


def spoken(text: str, *, start: float = 0.0, each: float = 0.5) -> dict[str, Any]:
    """A document of words of one length, one after the other."""
    words = text.split()
    times = [(start + at * each, start + at * each + 0.8 * each) for at in range(len(words))]
    return transcribed(
        *(item(word, f"{a:.3f}", f"{b:.3f}") for word, (a, b) in zip(words, times, strict=True))
    )
