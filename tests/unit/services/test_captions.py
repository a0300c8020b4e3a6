"""Captions are kept beside their video, and a row holds only where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.codec import to_plain
from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import InvalidInputError
from functions.services.segments.captions import keep_captions, read_captions, with_captions_kept
from tests.fakes.media import FakeMediaStore

TEXT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


def asked(**target: object) -> Segmentation:
    wanted = EncodeTarget(**target)  # type: ignore[arg-type]
    return Segmentation(cut=Exactness.ACCURATE, target=wanted)


def test_given_captions_when_kept_then_they_come_back_by_their_key():
    media = FakeMediaStore()

    key = keep_captions(media, "user", "video", TEXT)

    assert key.startswith("media/user/video/captions-")
    ((start, end, text),) = ((cue.start, cue.end, cue.text) for cue in read_captions(media, key))
    assert (start, end, text) == (1_000, 2_000, "Hello")


def test_given_one_text_twice_when_kept_then_it_has_one_key_and_another_text_another():
    media = FakeMediaStore()
    keys = [keep_captions(media, "user", "video", text) for text in (TEXT, TEXT, TEXT + "you\n")]

    assert keys[0] == keys[1] != keys[2]


def test_given_captions_that_cannot_be_read_when_kept_then_nothing_is():
    media = FakeMediaStore()

    with pytest.raises(InvalidInputError):
        keep_captions(media, "user", "video", "Hello")
    assert not media.objects


def test_given_a_cut_with_captions_when_it_is_to_be_kept_then_its_text_is_no_part_of_it():
    media = FakeMediaStore()
    wanted = asked(captions=TEXT, height=720)

    kept = with_captions_kept(media, "user", "video", wanted)

    assert kept.target
    assert kept.target.captions_key in media.objects
    assert "Hello" not in str(to_plain(kept))
    assert replace(kept.target, captions_key=None) == EncodeTarget(height=720)


@pytest.mark.parametrize("wanted", [Segmentation(), asked(), asked(captions_key="media/key")])
def test_given_a_cut_without_text_when_it_is_to_be_kept_then_it_is_as_it_was(wanted: Segmentation):
    media = FakeMediaStore()

    assert with_captions_kept(media, "user", "video", wanted) == wanted
    assert not media.objects


def test_given_no_key_when_read_then_there_are_no_captions():
    assert read_captions(FakeMediaStore(), None) == ()
