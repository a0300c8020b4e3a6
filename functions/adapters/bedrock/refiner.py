"""Where a moment lies when it is as an instruction has it, by a model on Amazon Bedrock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from functions.adapters.bedrock.asking import Question, ask
from functions.adapters.bedrock.converse import Converse
from functions.domain.errors import UnavailableError
from functions.domain.moments.answers import Read, read_answer
from functions.domain.moments.lines import Line, lines_of
from functions.domain.moments.models import Model
from functions.domain.moments.moment import Moment
from functions.domain.moments.prompts import CONTEXT, PROMPT_VERSION, ask_to_refine
from functions.domain.moments.proposals import Proposals
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

LONGEST: Final[Milliseconds] = 600_000


class BedrockRefiner:
    """A MomentRefiner."""

    def __init__(self, converse: Converse, model: Model) -> None:
        self._converse, self._model = converse, model

    def refine(self, transcript: Transcript, moment: Moment, instruction: str) -> Proposals:
        lines = lines_of(transcript, LONGEST)
        now = _lines_in(lines, moment)
        first, last = max(0, now[0] - CONTEXT), min(len(lines) - 1, now[1] + CONTEXT)

        def check(given: object) -> Read:
            read = read_answer(given, lines, first, last, self._model.name)
            if len(read.proposals) > 1:
                return Read(problems=("There is more than one moment; report exactly one.",))
            return read

        text = ask_to_refine(lines[first : last + 1], first, now, instruction)
        answered = ask(self._converse, self._model, Question(text=text, wanted=1, check=check))
        if not answered.usable:
            says = "The model has found no place for this; put it otherwise, or send exact times."
            raise UnavailableError("moments.model_unclear", says)
        return Proposals(
            items=answered.proposals,
            generator=self._model.name,
            prompt_version=PROMPT_VERSION,
            model_id=self._model.model_id,
            parameters={"temperature": self._model.temperature},
            usage=answered.usage,
            cost_usd=self._model.cost(answered.usage),
            notes=answered.notes,
        )


def _lines_in(lines: Sequence[Line], moment: Moment) -> tuple[int, int]:
    """First and last line that a moment shares time with, or else the ones nearest to it."""
    inside = [
        at for at, line in enumerate(lines) if line.start < moment.end and line.end > moment.start
    ]
    if inside:
        return inside[0], inside[-1]
    middle = (moment.start + moment.end) // 2
    nearest = min(range(len(lines)), key=lambda at: abs(lines[at].start - middle))
    return nearest, nearest
