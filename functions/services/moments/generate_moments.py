"""Finding a video's moments: proposals, held against the transcript, chosen, exchanged at once.

Proposals are kept before anything is written of them, so that work which is done again, and a
generation that would come to the same, asks and pays nobody twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import NotFoundError, RunOverError, StaleWriteError
from functions.domain.ids import fingerprint
from functions.domain.keys import proposals_key
from functions.domain.moments.generation import Generation, key_of, verdicts_of
from functions.domain.moments.grounding import ground
from functions.domain.moments.moment import Draft, Moment, moment_id_of
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.ranking import select
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.moments.context import (
    Generators,
    MomentContext,
    StoredMemory,
    has_sound,
    made_by,
    read_sound,
    read_words,
)
from functions.services.moments.open_generation import Wanted, open_generation

_ATTEMPTS = 8


def generate_moments(
    made: MomentContext, generators: Generators, video_id: str, wanted: Wanted
) -> Generation:
    """All of it at once, for whoever has the time: opens a generation and runs it, or returns one
    that would come to the same."""
    generation = open_generation(made, _video(made, video_id), wanted)
    if not generation.open:
        return generation
    return run_generation(
        made, generators, video_id=video_id, generation_id=generation.generation_id
    )


def run_generation(
    made: MomentContext, generators: Generators, *, video_id: str, generation_id: str
) -> Generation:
    """The generation as it is then. Safe to repeat, and to be killed anywhere: nothing of it is
    seen before its end. Raises NotFoundError for a video that was deleted, ConflictError where its
    transcript is gone, RunOverError where the run that wants it has ended."""
    generation = made.generations.get(video_id, generation_id)
    if generation is None:
        raise NotFoundError("generation.not_found", "There is no such generation.")
    video = _video(made, video_id)
    if not generation.open:
        return generation
    generation = generation.begun(made.context.clock())
    if not made.generations.begin(generation):
        return _stored(made, generation)
    said = read_words(made.context, video)
    generation = _of_version(made, video, generation, said)
    proposals, reused = _propose(made, generators, video, generation, said)
    drafts = ground(proposals.items, said, generation.options)
    return _exchange(made, generation, proposals, drafts, said, reused=reused)


def _video(made: MomentContext, video_id: str) -> Video:
    video = made.context.videos.get(video_id)
    if video is None or not video.visible:
        raise NotFoundError("video.not_found", "The video was deleted while it was worked on.")
    return video


def _require_wanted(made: MomentContext, generation: Generation) -> None:
    """A model may have taken minutes: nothing is written of a video that is gone since, nor for a
    run that has ended."""
    _video(made, generation.video_id)
    if generation.run_id is None:
        return
    run = made.context.runs.get(generation.video_id, generation.run_id)
    if run is None or not run.open:
        raise RunOverError


def _stored(made: MomentContext, generation: Generation) -> Generation:
    return made.generations.get(generation.video_id, generation.generation_id) or generation


def _of_version(
    made: MomentContext, video: Video, generation: Generation, said: Transcript
) -> Generation:
    """A correction may have come since it was asked for: the latest words are looked through."""
    by = made_by(made.models, generation.options.model)
    key = key_of(video.video_id, generation.options, said.version, by, sound=has_sound(video))
    return replace(generation, key=key, transcript_version=said.version)


def _propose(
    made: MomentContext,
    generators: Generators,
    video: Video,
    generation: Generation,
    said: Transcript,
) -> tuple[Proposals, bool]:
    """Those that are known, else new ones, which are kept unless another had to step in."""
    media = made.context.media
    name = fingerprint(generation.key, generation.attempt)
    key = proposals_key(video.user_id, video.video_id, name)
    if media.find(key):
        known = media.read_json(key)
        paid_before = known["generation_id"] != generation.generation_id
        return from_plain(Proposals, known["proposals"]), paid_before
    memory = StoredMemory(media, video, generation.generation_id)
    generator = generators(generation.options.model, memory)
    proposals = generator.generate(said, generation.options, read_sound(made.context, video))
    if not proposals.degraded:
        kept = {"generation_id": generation.generation_id, "proposals": to_plain(proposals)}
        media.write_json(key, kept)
    return proposals, False


def _exchange(
    made: MomentContext,
    generation: Generation,
    proposals: Proposals,
    drafts: Sequence[Draft],
    said: Transcript,
    *,
    reused: bool,
) -> Generation:
    """Chosen again where somebody has accepted, rejected or refined one meanwhile."""
    for left in reversed(range(_ATTEMPTS)):
        _require_wanted(made, generation)
        there = made.moments.of_video(generation.video_id)
        kept = [moment for moment in there if moment.kept]
        chosen = select(drafts, kept, said, generation.options.count)
        added = [_moment(made, generation, draft) for draft in chosen]
        ended = generation.succeeded(
            proposals,
            reused=reused,
            found=len(added),
            kept=sum(moment.current for moment in kept),
            verdicts=verdicts_of(there),
            now=made.context.clock(),
        )
        try:
            removed = [moment for moment in there if not moment.kept]
            done = made.generations.finish(ended, added, removed)
        except StaleWriteError:
            if not left:
                raise
        else:
            return ended if done else _stored(made, generation)
    raise AssertionError("unreachable")


def _moment(made: MomentContext, generation: Generation, draft: Draft) -> Moment:
    now = made.context.clock()
    video_id, generation_id = generation.video_id, generation.generation_id
    return Moment(
        video_id=video_id,
        moment_id=moment_id_of(video_id, generation_id, draft.start, draft.end),
        user_id=generation.user_id,
        generation_id=generation_id,
        transcript_version=generation.transcript_version,
        start=draft.start,
        end=draft.end,
        edges=draft.edges,
        title=draft.title,
        reason=draft.reason,
        score=draft.score,
        created_at=now,
        updated_at=now,
        first_word=draft.first,
        last_word=draft.last,
        quote=draft.quote,
        parts=draft.parts,
        tags=draft.tags,
        source=draft.source,
    )
