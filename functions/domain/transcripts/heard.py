"""What Amazon Transcribe wrote of one window, read into words.

Source: its developer guide's result document. Times and confidences are texts; `id`,
`audio_segments` and the speaker of an item are missing in older ones; punctuation has no times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from functions.domain.errors import MediaError
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Word

NOTHING_SAID: Final[dict[str, Any]] = {
    "status": "COMPLETED",
    "results": {"transcripts": [{"transcript": ""}], "items": []},
}
"""The document of a window in which nobody speaks."""
_OPENING: Final = frozenset("([{¿¡«“‘")


@dataclass(frozen=True, slots=True)
class Heard:
    """Words in order of time, on the window's clock; `language` where the document tells it."""

    words: tuple[Word, ...]
    language: str | None = None


def read_heard(document: Any) -> Heard:
    """Raises MediaError for what is no such document."""
    try:
        results = document["results"]
        words = _words(results)
        language = results.get("language_code")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise MediaError(
            "transcript.unreadable",
            "What the transcriber wrote cannot be read; start the pipeline again.",
        ) from error
    ordered = tuple(sorted(words, key=lambda word: (word.start, word.end)))
    return Heard(ordered, str(language) if language else None)


def _words(results: Mapping[str, Any]) -> list[Word]:
    speakers = dict(_speakers(results.get("speaker_labels") or {}))
    words: list[Word] = []
    before = ""
    for item in results["items"]:
        text = str(item["alternatives"][0]["content"])
        if item["type"] == "punctuation":
            # It belongs to the word before it, but for what opens: to the one after.
            if text[:1] in _OPENING or not words:
                before += text if text[:1] in _OPENING else ""
            else:
                words[-1] = replace(words[-1], text=words[-1].text + text)
        elif item["type"] == "pronunciation" and text.strip():
            words.append(_word(item, before + text.strip(), speakers))
            before = ""
    return words


def _word(item: Mapping[str, Any], text: str, speakers: Mapping[tuple[str, str], str]) -> Word:
    start = _milliseconds(item["start_time"])
    place = (str(item["start_time"]), str(item["end_time"]))
    speaker = item.get("speaker_label") or speakers.get(place)
    return Word(
        text=text,
        start=start,
        end=max(start, _milliseconds(item["end_time"])),
        confidence=_confidence(item["alternatives"][0].get("confidence")),
        speaker=str(speaker) if speaker else None,
    )


def _speakers(labels: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for segment in labels.get("segments", []):
        for item in segment.get("items", []):
            yield (str(item["start_time"]), str(item["end_time"])), str(item["speaker_label"])


def _milliseconds(text: Any) -> Milliseconds:
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError("a time outside of any video")
    return round(value * 1000)


def _confidence(text: Any) -> float | None:
    if text is None:
        return None
    return min(max(float(text), 0.0), 1.0)
