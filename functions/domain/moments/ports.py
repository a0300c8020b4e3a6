"""What moments need from outside: each has an adapter, and a fake under tests/fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from functions.domain.analyses.boundaries import Envelope
from functions.domain.moments.generation import Generation
from functions.domain.moments.moment import Moment, MomentOptions
from functions.domain.moments.proposals import Proposals
from functions.domain.paging import Page, Position
from functions.domain.transcripts.transcript import Transcript


class MomentGenerator(Protocol):
    def generate(
        self, transcript: Transcript, options: MomentOptions, audio: Envelope | None = None
    ) -> Proposals:
        """Propose stretches of the transcript's words, the best first. What it says has to be held
        against the transcript. Raises UnavailableError where a service does not answer."""


class Memory(Protocol):
    """Answers that were paid for, so that work which is done again does not pay again."""

    def recall(self, name: str) -> Any | None:
        """None where nothing was kept."""

    def keep(self, name: str, document: Any) -> None:
        """Plain values."""


class MomentRefiner(Protocol):
    def refine(self, transcript: Transcript, moment: Moment, instruction: str) -> Proposals:
        """One proposal: where the moment lies when it is as the instruction has it. Raises
        UnavailableError where a service does not answer, or makes no sense."""


class MomentStore(Protocol):
    def get(self, video_id: str, moment_id: str) -> Moment | None:
        """The moment, read consistently."""

    def find(self, moment_id: str) -> Moment | None:
        """By its id alone; a moment of a second ago may not be found yet."""

    def of_video(self, video_id: str) -> list[Moment]:
        """All of them, older versions too, in any order, read consistently."""

    def save(self, moment: Moment) -> Moment:
        """Write over the revision that was read; raises StaleWriteError if it moved on."""

    def refine(self, parent: Moment, child: Moment) -> Moment:
        """Write the child, and that it supersedes its parent, or nothing; returns the child.
        Raises StaleWriteError if the parent moved on or has a child."""

    def remove(self, moments: Sequence[Moment]) -> None:
        """All of them or none; raises StaleWriteError if one moved on."""


class GenerationStore(Protocol):
    """A video has one open generation at the most."""

    def get(self, video_id: str, generation_id: str) -> Generation | None:
        """The generation, read consistently."""

    def latest(self, video_id: str) -> Generation | None:
        """The one that was opened last, read consistently."""

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Generation]:
        """Newest first."""

    def open(self, generation: Generation, before: Generation | None) -> bool:
        """Write it after the latest one as it was read; where that is open, it is ended as lost.
        False if another was opened meanwhile, or that one has ended."""

    def begin(self, generation: Generation) -> bool:
        """Write an open one as it is now; False if it has ended."""

    def finish(
        self, generation: Generation, added: Sequence[Moment], removed: Sequence[Moment]
    ) -> bool:
        """End it and exchange its video's moments, all at once; False if it has ended before.
        Raises StaleWriteError if one of those to remove moved on."""

    def fail(self, generation: Generation) -> bool:
        """End it without a result; False if it has ended before."""


class MomentRuns(Protocol):
    def start(self, video_id: str, generation_id: str) -> None:
        """Start a generation's execution; starting it again changes nothing."""
