from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from functions.domain.errors import NotFoundError
from functions.domain.media.ports import MediaStore
from functions.services.deletions.mark_video import mark_video
from functions.services.runs.fence import fenced
from tests.builders import USER, VIDEO, make_video
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

OURS = (f"media/{USER}/{VIDEO}/plan/000001.mp4", f"work/{USER}/{VIDEO}/plan/piece")
ELSEWHERE = (f"uploads/{USER}/{VIDEO}/source", f"media/{USER}", "reports/orphans.json", "x")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


def _write(media: MediaStore, key: str, file: Path) -> None:
    media.upload(file, key, "video/mp4")
    media.write_json(key, {})
    media.copy(key, key)
    media.start_multipart(key, "video/mp4", {})


@pytest.mark.parametrize("key", OURS)
def test_given_a_video_that_is_there_when_its_files_are_written_then_they_are(
    world: World, file: Path, key: str
):
    world.videos.create(make_video())

    _write(fenced(world.media, world.videos), key, file)

    assert world.media.find(key) is not None


@pytest.mark.parametrize("deleted", ["being deleted", "gone"])
@pytest.mark.parametrize("key", OURS)
def test_given_a_video_that_is_deleted_when_its_files_are_written_then_each_is_refused(
    world: World, file: Path, key: str, deleted: str
):
    world.media.put("from", b"x")
    if deleted == "being deleted":
        world.videos.create(make_video())
        settle = timedelta(0)
        mark_video(
            world.videos, world.deletions, user_id=USER, video_id=VIDEO, now=EPOCH, settle=settle
        )
    media = fenced(world.media, world.videos)

    for write in (
        lambda: media.upload(file, key, "video/mp4"),
        lambda: media.write_json(key, {}),
        lambda: media.copy("from", key),
        lambda: media.start_multipart(key, "video/mp4", {}),
    ):
        with pytest.raises(NotFoundError):
            write()
    assert set(world.media.objects) == {"from"}
    assert world.media.multiparts == {}


@pytest.mark.parametrize("key", ELSEWHERE)
def test_given_a_key_that_is_no_videos_when_written_then_nobody_asks_for_a_video(
    world: World, file: Path, key: str
):
    fenced(world.media, world.videos).upload(file, key, "video/mp4")

    assert world.media.find(key) is not None


def test_given_any_other_call_when_made_then_it_is_the_stores_own(world: World):
    media = fenced(world.media, world.videos)
    source = world.media.put(OURS[0], b"x")

    assert media.find(OURS[0]) == source
    media.erase(OURS[0])
    assert media.find(OURS[0]) is None
