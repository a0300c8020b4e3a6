"""A generator that proposes each so many words, and says what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from functions.domain.analyses.boundaries import Envelope
from functions.domain.errors import CutroomError
from functions.domain.moments.lines import lines_of
from functions.domain.moments.moment import MomentOptions, Proposal
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.usage import Usage
from functions.domain.transcripts.transcript import Transcript


@dataclass
class FakeGenerator:
    """Stretches of whole sentences one after the other; `broken` is raised instead."""

    name: str = "fake"
    cost_usd: float = 0.0
    degraded: bool = False
    broken: CutroomError | None = None
    asked: list[tuple[Transcript, MomentOptions, Envelope | None]] = field(default_factory=list)

    def generate(
        self, transcript: Transcript, options: MomentOptions, audio: Envelope | None = None
    ) -> Proposals:
        self.asked.append((transcript, options, audio))
        if self.broken is not None:
            raise self.broken
        items = [] if options.topic == "submarine warfare" else _stretches(transcript, options)
        return Proposals(
            items=tuple(
                Proposal(
                    first=first,
                    last=last,
                    score=round(0.9 - at / 100, 3),
                    parts={"content": round(0.9 - at / 100, 3)},
                    title=f"Number {at + 1}",
                    reason="It came next.",
                    quote=transcript.words[first].text,
                    source=self.name,
                )
                for at, (first, last) in enumerate(items)
            ),
            generator=self.name,
            prompt_version="fake-1",
            usage=Usage(calls=1) if self.cost_usd else Usage(),
            cost_usd=self.cost_usd if items else 0.0,
            degraded=self.degraded,
        )


def _stretches(transcript: Transcript, options: MomentOptions) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    lines = lines_of(transcript, options.maximum)
    begin = 0
    for at, line in enumerate(lines):
        length = line.end - lines[begin].start
        if length > options.maximum:
            begin, length = at, line.end - line.start
        if length >= options.minimum:
            found.append((lines[begin].first, line.last))
            begin = at + 1
        if begin >= len(lines):
            break
    return found
