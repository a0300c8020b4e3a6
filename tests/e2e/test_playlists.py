"""Lists of addresses posing as videos: refused, and nothing they point at is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.outcome import require_failed
from tests.support.cloud import Cloud

PLAYLISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
    "m3u8-of-m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}/a.m3u8\n",
    "concat": "ffconcat version 1.0\nfile {url}/a.mp4\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT9S">'
    '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
    "<BaseURL>{url}/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>",
}
# A session description: what it describes comes over the network, if it comes.
DESCRIPTION = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
REFUSALS = {"media.unreadable", "media.unsupported_container"}
# Waiting for the packets that a description promises takes longer.
PROBE_SECONDS = 8


@contextmanager
def _listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes every request; its address and its notes."""
    asked: list[str] = []

    class Note(BaseHTTPRequestHandler):
        def handle(self) -> None:
            asked.append(self.client_address[0])

    with ThreadingHTTPServer(("127.0.0.1", 0), Note) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("text", PLAYLISTS.values(), ids=PLAYLISTS)
def test_given_a_playlist_posing_as_a_video_when_it_is_probed_then_nothing_of_it_is_fetched(
    cloud: Cloud, tmp_path: Path, text: str
) -> None:
    source = tmp_path / "clip.mp4"
    with _listener() as (url, asked):
        source.write_text(text.format(url=url))
        video = cloud.finished(cloud.upload(source))

    assert asked == []
    assert video["error"]["code"] in REFUSALS
    key = cloud.announced_key(video["video_id"])
    require_failed(cloud, video, key, video["error"]["code"], "probe")


def test_given_a_description_of_a_stream_when_it_is_probed_then_no_packet_is_waited_for(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = tmp_path / "stream.mp4"
    source.write_text(DESCRIPTION)

    video_id = cloud.upload(source)
    video = cloud.finished(video_id)

    assert video["error"]["code"] in REFUSALS
    run = cloud.run_of(video_id)
    probe = next(row for row in run["stages"] if row["name"] == "probe")
    began, ended = probe["started_at"], run["finished_at"]
    assert (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).seconds < PROBE_SECONDS
