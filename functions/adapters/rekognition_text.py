"""The TextDetector port on Amazon Rekognition."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client_at, unavailable
from functions.domain.lipsync.asked import TextRegion

SURE_PERCENT: Final = 70.0
"""Of less Rekognition itself is in doubt."""
_MARGIN: Final = 0.005
"""Boxes are drawn close; letters have soft edges."""


class RekognitionTextDetector:
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def detect(self, picture: Path) -> list[TextRegion]:
        """Lines only: each of their words is told a second time."""
        try:
            answer = client_at("rekognition", self._endpoint).detect_text(
                Image={"Bytes": picture.read_bytes()}
            )
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The detection of text", error) from error
        return [
            _region(one["Geometry"]["BoundingBox"])
            for one in answer["TextDetections"]
            if one["Type"] == "LINE" and one["Confidence"] >= SURE_PERCENT
        ]


def _region(box: Any) -> TextRegion:
    left, top = max(0.0, box["Left"] - _MARGIN), max(0.0, box["Top"] - _MARGIN)
    right = min(1.0, box["Left"] + box["Width"] + _MARGIN)
    bottom = min(1.0, box["Top"] + box["Height"] + _MARGIN)
    return TextRegion(x=left, y=top, width=right - left, height=bottom - top)
