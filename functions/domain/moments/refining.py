"""Refining without a model service: what `instructions` understands."""

from __future__ import annotations

from functions.domain.moments.instructions import moved, understand
from functions.domain.moments.lines import lines_of
from functions.domain.moments.moment import EMBEDDED, Moment, Proposal
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.versions import EMBEDDED_VERSION
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

LONGEST: Milliseconds = 600_000


class EmbeddedRefiner:
    """A MomentRefiner that only counts. Raises InvalidInputError for what it does not understand,
    ConflictError where nothing can move."""

    def refine(self, transcript: Transcript, moment: Moment, instruction: str) -> Proposals:
        moves = understand(instruction)
        lines = lines_of(transcript, LONGEST)
        first, last = moved(transcript, lines, (moment.start, moment.end), moves)
        one = Proposal(
            first=first,
            last=last,
            score=moment.score,
            parts=moment.parts,
            title=moment.title,
            quote=moment.quote.text if moment.quote else "",
            source=moment.source,
        )
        return Proposals(items=(one,), generator=EMBEDDED, prompt_version=EMBEDDED_VERSION)
