"""Moments by a model on Amazon Bedrock: window by window, each checked, and left to the embedded
generator where the model does not come to a usable answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from functions.adapters.bedrock.asking import Question, ask
from functions.adapters.bedrock.converse import Converse, ModelOutOfReachError
from functions.domain.analyses.boundaries import Envelope
from functions.domain.codec import from_plain, to_plain
from functions.domain.ids import fingerprint
from functions.domain.moments.answers import read_answer
from functions.domain.moments.lines import Line, lines_of
from functions.domain.moments.models import Model
from functions.domain.moments.moment import EMBEDDED, MAX_COUNT, MomentOptions, Proposal
from functions.domain.moments.ports import Memory, MomentGenerator
from functions.domain.moments.prompts import PROMPT_VERSION, ask_for_moments
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.usage import Usage
from functions.domain.moments.windows import Window, windows_of
from functions.domain.transcripts.transcript import Sentence, Transcript

AT_ONCE: Final = 4
_MORE: Final = 1.5
"""So many times what is asked for, since some will be taken or unwanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowAnswer:
    """What came of one window."""

    items: tuple[Proposal, ...] = ()
    usage: Usage = field(default_factory=Usage)
    notes: tuple[str, ...] = ()
    degraded: bool = False


class BedrockGenerator:
    """A MomentGenerator. `instead` steps in; `memory` keeps what was paid for; `stop` says when
    there is no time for another call."""

    def __init__(
        self,
        converse: Converse,
        model: Model,
        *,
        instead: MomentGenerator,
        memory: Memory,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._converse, self._model, self._instead = converse, model, instead
        self._memory, self._stop = memory, stop
        self._given_up = threading.Event()

    def generate(
        self, transcript: Transcript, options: MomentOptions, audio: Envelope | None = None
    ) -> Proposals:
        lines = lines_of(transcript, options.maximum)
        windows = [
            window
            for window in windows_of(lines, options.maximum)
            if lines[window.last].end - lines[window.first].start >= options.minimum
        ]
        wanted = min(12, max(2, -(-int(options.count * _MORE) // max(1, len(windows)))) + 1)
        work = _Work(transcript, lines, options, audio, min(wanted, MAX_COUNT))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda window: self._window(work, window), windows))
        usage = Usage()
        for one in found:
            usage = usage.plus(one.usage)
        return Proposals(
            items=tuple(item for one in found for item in one.items),
            generator=_generator(self._model, found),
            prompt_version=PROMPT_VERSION,
            model_id=self._model.model_id,
            parameters={"temperature": self._model.temperature, "windows": len(windows)},
            usage=usage,
            cost_usd=self._model.cost(usage),
            notes=tuple(note for one in found for note in one.notes),
            degraded=any(one.degraded for one in found),
        )

    def _window(self, work: _Work, window: Window) -> WindowAnswer:
        """An answer that was had before is not asked for again."""
        text = ask_for_moments(work.shown(window), window.first, work.options, work.wanted)
        name = fingerprint(self._model.model_id, PROMPT_VERSION, self._model.temperature, text)
        known = self._memory.recall(name)
        if known is not None:
            return from_plain(WindowAnswer, known)
        answer = self._asked(work, window, text)
        if not answer.degraded:
            self._memory.keep(name, to_plain(answer))
        return answer

    def _asked(self, work: _Work, window: Window, text: str) -> WindowAnswer:
        where = f"sentences {window.first} to {window.last}"
        if self._given_up.is_set() or self._stop():
            why = "the model was given up" if self._given_up.is_set() else "time was over"
            return self._left(work, window, Usage(), (f"{where}: {why}",))
        question = Question(
            text=text,
            wanted=work.wanted,
            check=lambda given: read_answer(
                given, work.lines, window.first, window.last, self._model.name
            ),
            may_be_empty=work.options.topic is not None,
        )
        try:
            answered = ask(self._converse, self._model, question, lambda: not self._stop())
        except ModelOutOfReachError as error:
            if error.for_good:
                self._given_up.set()
            return self._left(work, window, Usage(), (f"{where}: {error.detail}",))
        notes = tuple(f"{where}: {note}" for note in answered.notes)
        if not answered.usable:
            return self._left(work, window, answered.usage, notes)
        return WindowAnswer(items=answered.proposals, usage=answered.usage, notes=notes)

    def _left(
        self, work: _Work, window: Window, usage: Usage, notes: tuple[str, ...]
    ) -> WindowAnswer:
        """To the other generator, which sees just these sentences."""
        shown = work.shown(window)
        part, first = _part(work.transcript, shown), shown[0].first
        found = self._instead.generate(part, work.options, work.audio)
        items = tuple(
            replace(item, first=item.first + first, last=item.last + first)
            for item in found.items[: work.wanted]
        )
        return WindowAnswer(items=items, usage=usage, notes=notes, degraded=True)


@dataclass(frozen=True, slots=True)
class _Work:
    transcript: Transcript
    lines: Sequence[Line]
    options: MomentOptions
    audio: Envelope | None
    wanted: int

    def shown(self, window: Window) -> Sequence[Line]:
        return self.lines[window.first : window.last + 1]


def _generator(model: Model, found: Sequence[WindowAnswer]) -> str:
    """Where the other generator had to make all of it, it is the one."""
    return EMBEDDED if found and all(one.degraded for one in found) else model.name


def _part(transcript: Transcript, lines: Sequence[Line]) -> Transcript:
    """The words of these lines alone; a piece of a sentence is one there."""
    first = lines[0].first
    return replace(
        transcript,
        words=transcript.words[first : lines[-1].last + 1],
        sentences=tuple(
            Sentence(first=line.first - first, last=line.last - first) for line in lines
        ),
    )
