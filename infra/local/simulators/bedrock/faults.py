"""The odd ways in which models and their service answer, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Moments = list[dict[str, Any]]
Content = list[dict[str, Any]]
Reply = tuple[str, Content]
"""The reason why it stopped, and the content of its message."""


def _said(text: str) -> dict[str, Any]:
    return {"text": text}


def _used(moments: object, name: str = "report_moments") -> dict[str, Any]:
    return {"toolUse": {"toolUseId": "tooluse_1", "name": name, "input": moments}}


def usual(moments: Moments) -> Reply:
    return "tool_use", [_used({"moments": moments})]


def _changed(**fields: Any) -> Callable[[Moments], Reply]:
    return lambda moments: usual([{**moment, **fields} for moment in moments])


def _shifted(moments: Moments) -> Moments:
    """The same once more, from a sentence before where there is one."""
    return [
        {**moment, "first_sentence": max(0, moment["first_sentence"] - 1)} for moment in moments
    ]


def _reasoned(moments: Moments) -> Reply:
    thought = {"reasoningText": {"text": "Let me see.", "signature": "c2lnbmVk"}}
    return "tool_use", [{"reasoningContent": thought}, *usual(moments)[1]]


def _cut(moments: Moments) -> Reply:
    """What the service makes of input that ends in the middle."""
    part = {name: moments[0][name] for name in ("first_sentence", "title")} if moments else {}
    return "max_tokens", [_used({"moments": [part]})]


ANSWERS: Final[Mapping[str, Callable[[Moments], Reply]]] = {
    "text_first": lambda m: ("tool_use", [_said("I have looked through it."), *usual(m)[1]]),
    "reasoning_first": _reasoned,
    "no_tool": lambda _: ("end_turn", [_said("Here are three moments that I like: …")]),
    "refusal": lambda _: ("end_turn", [_said("I cannot help with this recording.")]),
    "withheld": lambda _: ("guardrail_intervened", [_said("Sorry, the model cannot answer.")]),
    "cut": _cut,
    "out_of_range": _changed(last_sentence=99_999),
    "reversed": lambda m: usual(
        [
            {
                **one,
                "first_sentence": one["last_sentence"] + 1,
                "last_sentence": one["first_sentence"],
            }
            for one in m
        ]
    ),
    "score_text": _changed(hook="0.8", value=" 0.75 "),
    "score_words": _changed(hook="very high"),
    "score_of_ten": _changed(value=8),
    "wrong_quote": _changed(quote="these words were never spoken by anybody"),
    "overlapping": lambda m: usual([*m, *_shifted(m)]),
    "duplicates": lambda m: usual([*m, *m]),
    "empty": lambda _: usual([]),
    "malformed_tool": lambda _: ("tool_use", [_used({"moments": "three of them"})]),
    "malformed_moment": lambda m: usual([*m, {"first_sentence": None}]),
    "other_tool": lambda m: ("tool_use", [_used({"moments": m}, "write_a_poem")]),
}
"""Answers of a model, with the status 200."""

ERRORS: Final[Mapping[str, tuple[int, str]]] = {
    "throttling": (429, "ThrottlingException"),
    "not_ready": (429, "ModelNotReadyException"),
    "unavailable": (503, "ServiceUnavailableException"),
    "internal": (500, "InternalServerException"),
    "timeout": (408, "ModelTimeoutException"),
    "model_error": (424, "ModelErrorException"),
    "denied": (403, "AccessDeniedException"),
    "no_model": (404, "ResourceNotFoundException"),
}
"""Errors of the service."""

BROKEN: Final = "broken_body"
LOST: Final = "lost_connection"
NAMES: Final = (*ANSWERS, *ERRORS, BROKEN, LOST)
