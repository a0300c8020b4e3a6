"""Captions made of what is said, for what is cut out of a video."""

from __future__ import annotations

import json
from dataclasses import replace

from functions.domain.captions.letters import undrawn
from functions.domain.captions.making import captions_of
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import ConflictError
from functions.domain.ids import fingerprint
from functions.domain.keys import captions_key
from functions.domain.media.ports import MediaStore
from functions.domain.times import Milliseconds
from functions.domain.transcripts.clip import clip_of
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import Video
from functions.services.moments.context import words_of
from functions.services.segments.captions import keep_captions


def keep_said(
    media: MediaStore, video: Video, said: Transcript, start: Milliseconds, end: Milliseconds
) -> str | None:
    """Store what is said from `start` to before `end` as captions, and return their key; None where
    nobody speaks. They are made of these words alone, on the video's clock: what is said before
    and after is in none of them. Corrected words have another key. Raises ConflictError for letters
    that would be drawn as empty boxes."""
    words = clip_of(said, start, end).words
    foreign = undrawn(word.text for word in words)
    if foreign is not None:
        says = (
            f"“{foreign}” cannot be drawn: only Latin, Greek, Cyrillic and Devanagari letters can."
        )
        raise ConflictError("captions.letters", says)
    cues = [
        [start + one.start, start + one.end, "\n".join(one.lines)]
        for one in captions_of(words, said.language, end - start)
    ]
    if not cues:
        return None
    key = captions_key(video.user_id, video.video_id, fingerprint(json.dumps(cues)))
    media.write_json(key, {"cues": cues})
    return key


def target_kept(
    media: MediaStore, video: Video, asked: EncodeTarget, start: Milliseconds, end: Milliseconds
) -> EncodeTarget:
    """What a stretch of a video is encoded to, as it can stand in a row. Raises ConflictError where
    captions are to be made of what is said and there is no transcript."""
    if asked.captions is not None:
        key = keep_captions(media, video.user_id, video.video_id, asked.captions)
        return replace(asked, captions=None, captions_key=key)
    if asked.captions_from is not None:
        said = keep_said(media, video, words_of(media, video), start, end)
        return replace(asked, captions_from=None, captions_key=said)
    return asked


def with_words_kept(media: MediaStore, video: Video, asked: Segmentation) -> Segmentation:
    """What was asked for of a video that may have a transcript. Raises ConflictError as
    `target_kept` does."""
    if asked.target is None:
        return asked
    end = video.media.duration if video.media else 0
    return replace(asked, target=target_kept(media, video, asked.target, 0, end))
