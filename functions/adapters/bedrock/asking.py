"""A question, the check of its answer, and one more try where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from functions.adapters.bedrock.converse import (
    Converse,
    ModelOutOfReachError,
    Reply,
    refused_tool,
    user,
)
from functions.domain.moments.answers import Read
from functions.domain.moments.models import Model
from functions.domain.moments.moment import Proposal
from functions.domain.moments.prompts import TOOL, ask_again
from functions.domain.moments.usage import Usage

# Another try would be withheld, too.
_WITHHELD: Final = {"guardrail_intervened", "content_filtered"}
_CUT: Final = {"max_tokens", "model_context_window_exceeded"}
_BASE_TOKENS: Final = 200
_EACH_TOKENS: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`check` reads what was filled into the tool; `wanted` is how many moments at the most. Only
    where `may_be_empty` none at all is an answer."""

    text: str
    wanted: int
    check: Callable[[object], Read]
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """No proposals, and a note that says why, where the answer could not be used."""

    proposals: tuple[Proposal, ...]
    usage: Usage
    notes: tuple[str, ...] = ()
    usable: bool = True


def ask(
    converse: Converse, model: Model, question: Question, go_on: Callable[[], bool] = lambda: True
) -> Answered:
    """What is right after the second try is used, whatever else is wrong. `go_on` says whether
    there is time for it. Raises ModelOutOfReachError where there is no first."""
    tokens = _BASE_TOKENS + _EACH_TOKENS * question.wanted
    first = converse.ask(model, [user(question.text)], max_tokens=tokens)
    read = _judge(first, question)
    if not read.problems:
        return Answered(read.proposals, first.usage)
    notes = (f"asked again: {read.problems[0]}",)
    if first.stop in _WITHHELD or not go_on():
        return _settled(read, first.usage, notes)
    # Room for what was cut off.
    tokens = tokens * 2 if first.stop in _CUT else tokens
    messages = _again(first, question, read)
    try:
        second = converse.ask(model, messages, max_tokens=tokens)
    except ModelOutOfReachError as error:
        return _settled(read, first.usage, (*notes, error.detail))
    usage = first.usage.plus(second.usage)
    again = _judge(second, question)
    if not again.problems:
        return Answered(again.proposals, usage, notes)
    best = again if len(again.proposals) >= len(read.proposals) else read
    return _settled(best, usage, (*notes, f"still wrong: {again.problems[0]}"))


def _settled(read: Read, usage: Usage, notes: tuple[str, ...]) -> Answered:
    return Answered(read.proposals, usage, notes, usable=bool(read.proposals))


def _judge(reply: Reply, question: Question) -> Read:
    if reply.stop in _WITHHELD:
        return Read(problems=(f"The answer was withheld ({reply.stop}).",))
    if reply.stop in _CUT:
        half = max(1, question.wanted // 2)
        return Read(problems=(f"The answer was cut off; report {half} at the most, in few words.",))
    if not reply.whole:
        return Read(problems=(f"The tool {TOOL} was not used ({reply.stop}).",))
    read = question.check(reply.given)
    if not read.proposals and not read.problems and not question.may_be_empty:
        return Read(problems=("The list of moments is empty, though there is speech enough.",))
    return read


def _again(first: Reply, question: Question, read: Read) -> list[dict[str, object]]:
    """A whole answer is shown with its faults; else the question is put once more."""
    says = ask_again(read.problems)
    if first.whole:
        return [dict(one) for one in (user(question.text), *refused_tool(first, says))]
    return [dict(user(f"{question.text}\n\n{says}"))]
