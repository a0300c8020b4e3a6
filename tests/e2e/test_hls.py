"""Videos that are to be had as HLS: the playlist of the API plays from end to end."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.media import numbered
from tests.media.make import FFMPEG
from tests.support.cloud import Cloud

ASKED = {"extras": ["hls"]}
# A file that names addresses is asked whether it may.
TRUSTING = ("-protocol_whitelist", "file,http,https,tcp,tls,crypto")


def _played(playlist: bytes, folder: Path) -> list[int]:
    """The numbers of all pictures that ffmpeg's own reader shows."""
    path, taken = folder / "index.m3u8", folder / "taken.mkv"
    path.write_bytes(playlist)
    words = ("-loglevel", "error", *TRUSTING, "-i", str(path), "-c", "copy", str(taken))
    subprocess.run([FFMPEG, *words], check=True)
    return [one.number for one in numbered.shown(taken)]


def test_given_a_wish_for_hls_when_the_video_is_ready_then_its_playlist_plays_to_the_end(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = numbered.numbered(tmp_path / "source.mov", "-c:a", "pcm_s16le", frames=500)

    video = cloud.finished(cloud.upload(source, options=ASKED))
    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/hls")

    assert video["status"] == "ready", video["error"]
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert _played(answer.body, tmp_path) == list(range(500))
    made = cloud.call("GET", f"/api/videos/{video['video_id']}/extras").json
    assert (made["made"], made["hls_error"]) == (["hls"], None)


def test_given_a_finished_rendition_when_run_again_then_nothing_is_written_again(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = numbered.numbered(tmp_path / "source.mp4")
    video = cloud.finished(cloud.upload(source, options=ASKED))
    before = _objects(cloud, video["video_id"])

    again = cloud.call("POST", "/api/pipeline/start", {"video_id": video["video_id"]})
    ended = cloud.finished(video["video_id"])

    assert again.status == 202, again.body
    assert ended["status"] == "ready"
    assert len(before) > 3
    assert _objects(cloud, video["video_id"]) == before


def test_given_a_picture_that_hls_cannot_have_when_run_then_only_that_is_missing(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = numbered.mpeg2(tmp_path / "source.ts")

    video = cloud.finished(cloud.upload(source, options=ASKED))
    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/hls")

    assert video["status"] == "ready", video["error"]
    assert (answer.status, answer.json["code"]) == (409, "hls.picture")
    made = cloud.call("GET", f"/api/videos/{video['video_id']}/extras").json
    assert made["hls_error"]["code"] == "hls.picture"
    assert made["error"] is None


def test_given_such_a_picture_and_a_proxy_when_run_then_that_is_played(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = numbered.mpeg2(tmp_path / "source.ts")

    video = cloud.finished(cloud.upload(source, options={"extras": ["proxy", "hls"]}))
    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/hls")

    assert video["status"] == "ready", video["error"]
    assert answer.status == 200, answer.body
    assert _played(answer.body, tmp_path) == list(range(250))


def test_given_no_wish_for_hls_when_run_then_nothing_is_made_or_called(
    cloud: Cloud, tmp_path: Path
) -> None:
    video = cloud.finished(cloud.upload(numbered.numbered(tmp_path / "source.mp4")))
    answer = cloud.call("GET", f"/api/videos/{video['video_id']}/hls")

    assert (answer.status, answer.json["code"]) == (404, "hls.not_asked")
    assert _objects(cloud, video["video_id"]) == {}


def _objects(cloud: Cloud, video_id: str) -> dict[str, object]:
    """When each object of a rendition was written."""
    prefix = f"media/{cloud.user().user_id}/{video_id}/hls-"
    listed = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs.media_bucket, Prefix=prefix)
    return {row["Key"]: row["LastModified"] for row in listed.get("Contents", [])}
