"""`python smartcut_cut.py SOURCE FOLDER START,END …`: smartcut 1.7 as its command line sets it.

One process makes all segments, which the command line cannot: start-up is paid for once.
"""

from __future__ import annotations

import sys
from fractions import Fraction

from smartcut.cut_video import (
    AudioExportInfo,
    AudioExportSettings,
    VideoExportMode,
    VideoExportQuality,
    VideoSettings,
    smart_cut,
)
from smartcut.media_container import MediaContainer


def main(source: str, folder: str, *spans: str) -> None:
    media = MediaContainer(source)
    wanted = [tuple(Fraction(time) for time in span.split(",")) for span in spans]
    passed = [AudioExportSettings(codec="passthru")] * len(media.audio_tracks)
    failed = smart_cut(
        media,
        wanted,
        f"{folder}/#.mp4",
        audio_export_info=AudioExportInfo(output_tracks=passed),
        video_settings=VideoSettings(VideoExportMode.SMARTCUT, VideoExportQuality.NORMAL, "copy"),
        segment_mode=True,
    )
    if failed:
        raise failed


main(*sys.argv[1:])
