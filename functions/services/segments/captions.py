"""Captions of a video, kept beside it: a row holds only where they are."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.captions.cue import Cue, parse_captions
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.ids import fingerprint
from functions.domain.keys import captions_key
from functions.domain.media.ports import MediaStore


def keep_captions(media: MediaStore, user_id: str, video_id: str, text: str) -> str:
    """Store SubRip or WebVTT text and return its key; the same text has the same one.

    Raises InvalidInputError naming the lines that are wrong.
    """
    cues = parse_captions(text)
    key = captions_key(user_id, video_id, fingerprint(text))
    media.write_json(key, {"cues": [[cue.start, cue.end, cue.text] for cue in cues]})
    return key


def with_captions_kept(
    media: MediaStore, user_id: str, video_id: str, asked: Segmentation
) -> Segmentation:
    """What was asked for of a video that nobody has listened to, as it can stand in a row."""
    if asked.target is None or asked.target.captions is None:
        return asked
    key = keep_captions(media, user_id, video_id, asked.target.captions)
    return replace(asked, target=replace(asked.target, captions=None, captions_key=key))


def read_captions(media: MediaStore, key: str | None) -> tuple[Cue, ...]:
    """What was kept; nothing where there is no key."""
    if key is None:
        return ()
    rows = media.read_json(key)["cues"]
    return tuple(Cue(start=start, end=end, text=text) for start, end, text in rows)
