"""What the document shows of a video's extras."""

from __future__ import annotations

from typing import Final

from pydantic.types import JsonValue

_SIGNED: Final = "https://bucket.example/media/{name}?X-Amz-Signature=5f0c"
EXTRAS: Final[dict[str, JsonValue]] = {
    "video_id": "0197a1c4-02aa-7f10-8b6e-51f3a4a0c7d2",
    "asked": ["storyboard", "preview", "waveform", "loudness", "black", "silence"],
    "made": ["storyboard", "preview", "waveform", "loudness", "black", "silence"],
    "error": None,
    "hls_error": None,
    "loudness": {"integrated": -16.2, "peak": -0.8},
    "black": [{"start": 0.0, "end": 1.2}],
    "silent": [{"start": 12.4, "end": 13.1}],
    "scenes": None,
    "storyboard": {
        "interval": 1.0,
        "tile_width": 160,
        "tile_height": 90,
        "vtt": "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"
        f"{_SIGNED.format(name='sheet-0000-00.jpg')}#xywh=0,0,160,90\n",
    },
    "proxy_url": None,
    "proxy_error": None,
    "preview_url": _SIGNED.format(name="preview.webp"),
    "waveform_url": _SIGNED.format(name="waveform.png"),
    "peaks_url": _SIGNED.format(name="peaks.json"),
    "expires_in": 3600,
}
