"""Words as Amazon Transcribe writes them: times and confidences are texts, marks stand apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

_MARKED: Final = re.compile(r"(.*?)([.,!?;:…]+)", re.DOTALL)
# What is quoted or put in brackets is not heard.
_UNHEARD: Final = '"“”()[]'
_PAUSE: Final = 1.0
ACCOUNT: Final = "000000000000"


@dataclass(frozen=True, slots=True)
class HeardWord:
    """As it was heard: seconds, and how sure that is (0 to 1)."""

    text: str
    start: float
    end: float
    probability: float


def document(job: str, words: Sequence[HeardWord], language: str | None) -> dict[str, Any]:
    """The whole of it; `language` where it was to be identified."""
    items = [{"id": number, **item} for number, item in enumerate(_items(words))]
    identified = {
        "language_code": language,
        "language_identification": [{"score": "1.0", "code": language}],
    }
    return {
        "jobName": job,
        "accountId": ACCOUNT,
        "status": "COMPLETED",
        "results": {
            **(identified if language else {}),
            "transcripts": [{"transcript": _text(items)}],
            "items": items,
            "audio_segments": list(_segments(items)),
        },
    }


def _items(words: Sequence[HeardWord]) -> Iterator[dict[str, Any]]:
    for word in words:
        text = word.text.strip().strip(_UNHEARD)
        marked = _MARKED.fullmatch(text)
        bare, marks = (marked[1], marked[2]) if marked else (text, "")
        if any(char.isalnum() for char in bare):
            yield {
                "type": "pronunciation",
                "alternatives": [
                    {"confidence": _number(word.probability), "content": bare.strip(_UNHEARD)}
                ],
                "start_time": _number(word.start),
                "end_time": _number(max(word.end, word.start)),
            }
        if marks:
            yield {
                "type": "punctuation",
                "alternatives": [{"confidence": "0.0", "content": marks[0]}],
            }


def _number(value: float) -> str:
    """Three decimals at the most, no trailing zeros but one."""
    text = f"{value:.3f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _text(items: Sequence[dict[str, Any]]) -> str:
    parts = (
        ("" if item["type"] == "punctuation" else " ") + item["alternatives"][0]["content"]
        for item in items
    )
    return "".join(parts).strip()


def _segments(items: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Stretches between longer pauses."""
    group: list[dict[str, Any]] = []
    number = 0
    for item in items:
        last = next((it for it in reversed(group) if "end_time" in it), None)
        begins = "start_time" in item and last is not None
        if begins and last and float(item["start_time"]) - float(last["end_time"]) >= _PAUSE:
            yield _segment(number, group)
            group, number = [], number + 1
        group.append(item)
    if any("start_time" in item for item in group):
        yield _segment(number, group)


def _segment(number: int, group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    timed = [item for item in group if "start_time" in item]
    return {
        "id": number,
        "transcript": _text(group),
        "start_time": timed[0]["start_time"],
        "end_time": timed[-1]["end_time"],
        "items": [item["id"] for item in group],
    }
