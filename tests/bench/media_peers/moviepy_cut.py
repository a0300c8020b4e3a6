"""`python moviepy_cut.py SOURCE FOLDER START,END …`: moviepy with our encoder settings."""

from __future__ import annotations

import sys

from moviepy import VideoFileClip


def main(source: str, folder: str, *spans: str) -> None:
    with VideoFileClip(source) as clip:
        for number, span in enumerate(spans, 1):
            start, end = map(float, span.split(","))
            clip.subclipped(start, end).write_videofile(
                f"{folder}/{number}.mp4",
                codec="libx264",
                preset="veryfast",
                audio_codec="aac",
                ffmpeg_params=["-crf", "20"],
                temp_audiofile_path=folder,
                logger=None,
            )


main(*sys.argv[1:])
