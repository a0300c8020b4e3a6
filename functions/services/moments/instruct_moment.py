"""What an instruction in words makes of a moment: by a model, or by counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from functions.domain.errors import ConflictError, InvalidInputError, UnavailableError
from functions.domain.moments.grounding import Ground
from functions.domain.moments.moment import EMBEDDED, REASON_LENGTH, Moment, Refinement
from functions.domain.moments.phrases import shortened
from functions.domain.moments.ports import MomentRefiner
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.quoting import edges_of, quote_in
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

SHORTEST: Final[Milliseconds] = 1_000
LONGEST: Final[Milliseconds] = 600_000
"""What an instruction may make of a moment; exact times may make anything of it."""
_TAKEN: Final = (
    "start", "end", "edges", "title", "reason", "quote", "score", "parts", "tags", "source",
)  # fmt: skip
Refiners = Callable[[str], MomentRefiner]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructed:
    """`model` is a model's name, or EMBEDDED."""

    instruction: str
    model: str


def changes_of(
    refiners: Refiners, said: Transcript, moment: Moment, wanted: Instructed
) -> dict[str, Any]:
    """Fields of the moment and their new values. Raises InvalidInputError for words that were not
    understood, ConflictError where nothing can move, UnavailableError where a model does not
    answer and the words are too many for counting."""
    if not said.words:
        raise ConflictError("moment.cannot_move", "Nobody speaks in this video any more.")
    proposals = _proposed(refiners, said, moment, wanted)
    by_model = proposals.generator != EMBEDDED
    changes = _as_model(said, proposals) if by_model else _as_counted(said, proposals, wanted)
    told = {"transcript_version": said.version, "refinement": _refinement(proposals, wanted)}
    return {**changes, **told}


def _as_counted(said: Transcript, proposals: Proposals, wanted: Instructed) -> dict[str, Any]:
    """Only its ends are others, and what lies between them."""
    (one,) = proposals.items
    span = one.first, one.last
    return {
        "start": said.words[one.first].start,
        "end": said.words[one.last].end,
        "first_word": one.first,
        "last_word": one.last,
        "edges": edges_of(said, span),
        "quote": quote_in(said, one.quote, span),
        "reason": shortened(f"As was asked for: {wanted.instruction}", REASON_LENGTH),
    }


def _as_model(said: Transcript, proposals: Proposals) -> dict[str, Any]:
    """All that the model has said of it."""
    draft = Ground(said, SHORTEST, LONGEST).draft(proposals.items[0])
    if draft is None:
        raise UnavailableError("moments.model_unclear", "The model has found no place for this.")
    plain = {name: getattr(draft, name) for name in _TAKEN}
    return {**plain, "first_word": draft.first, "last_word": draft.last}


def _refinement(proposals: Proposals, wanted: Instructed) -> Refinement:
    return Refinement(
        instruction=wanted.instruction,
        made_by=proposals.generator,
        model_id=proposals.model_id,
        prompt_version=proposals.prompt_version or None,
        usage=proposals.usage,
        cost_usd=proposals.cost_usd,
        notes=proposals.notes,
    )


def _proposed(
    refiners: Refiners, said: Transcript, moment: Moment, wanted: Instructed
) -> Proposals:
    """Where a model does not answer, what can be understood by counting still is."""
    try:
        return refiners(wanted.model).refine(said, moment, wanted.instruction)
    except UnavailableError as failed:
        if wanted.model == EMBEDDED:
            raise
        try:
            found = refiners(EMBEDDED).refine(said, moment, wanted.instruction)
        except InvalidInputError:
            raise failed from None
        return replace(found, notes=(failed.detail,), degraded=True)
