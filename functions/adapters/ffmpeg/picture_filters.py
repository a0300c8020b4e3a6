"""What is done to decoded pictures before they are encoded, as one chain of ffmpeg's filters."""

from __future__ import annotations

from functions.adapters.ffmpeg.encoders import is_interlaced, keeps_fields
from functions.domain.cutting.exactness import EncodeTarget, Shape, VideoCodec
from functions.domain.cutting.plan import Plan
from functions.domain.media.probe import Colour

# White of a film is at 203 cd/m² (ITU-R BT.2408); what is brighter is compressed.
_TO_SDR = (
    "zscale=transfer=linear:npl=203",
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=mobius:param=0.6:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=limited",
)
_EIGHT_BITS = 8


def picture_filters(plan: Plan, target: EncodeTarget, since: float = 0) -> list[str]:
    """From decoded pictures on the segment's clock to what the target wants; at another frame rate
    from `since` seconds on, which is the time of a frame."""
    made = tags(plan)
    if is_interlaced(plan) and not keeps_fields(plan, target):
        made.append("bwdif=mode=send_frame")
    if target.fps:
        made.append(f"fps={target.fps:g}:start_time={since:.6f}")
    made += _size(plan, target)
    return [*made, *_numbers(plan, target)]


def tags(plan: Plan) -> list[str]:
    """What the container says of colours and pixels, which pieces of it have lost."""
    if plan.picture is None:
        return []
    colour = plan.picture.colour
    named = {
        "color_primaries": colour.primaries,
        "color_trc": colour.transfer,
        "colorspace": colour.matrix,
        "range": None if colour.full is None else 1 + colour.full,
    }
    known = [f"{name}={value}" for name, value in named.items() if value is not None]
    made = [f"setparams={':'.join(known)}"] if known else []
    if plan.picture.pixel_aspect:
        made.append(f"setsar={plan.picture.pixel_aspect.replace(':', '/')}")
    return made


def _size(plan: Plan, target: EncodeTarget) -> list[str]:
    """Where the size is changed, or text is drawn, pixels become square; else only odd lines are
    left out."""
    fields = ":interl=1" if keeps_fields(plan, target) else ""
    resized = target.height or target.shape or (target.captions_key and _stretched(plan))
    if not resized:
        return [f"scale='trunc(iw/2)*2':'trunc(ih/2)*2'{fields}"]
    made = ["scale='trunc(iw*sar/2)*2':'ih'", "setsar=1"] if _stretched(plan) else []
    if target.shape:
        made.append(_crop(target.shape, target.offset))
    height = str(target.height) if target.height else "trunc(ih/2)*2"
    return [*made, f"scale='{_width(target)}':'{height}'", "setsar=1"]


def _stretched(plan: Plan) -> bool:
    return plan.picture is not None and plan.picture.pixel_aspect is not None


def _width(target: EncodeTarget) -> str:
    """Of a shape its own, so that 1920 high is 1080 wide whatever the source was."""
    if target.height is None:
        return "trunc(iw/2)*2"
    if target.shape is None:
        return f"max(2,round(iw*{target.height}/ih/2)*2)"
    across, down = _parts(target.shape)
    return str(round(target.height * across / down / 2) * 2)


def _crop(shape: Shape, offset: float) -> str:
    across, down = _parts(shape)
    width = f"trunc(min(iw,ih*{across}/{down})/2)*2"
    height = f"trunc(min(ih,iw*{down}/{across})/2)*2"
    return f"crop='{width}':'{height}':'(iw-ow)*{offset:g}':'(ih-oh)*{offset:g}'"


def _parts(shape: Shape) -> tuple[int, int]:
    across, down = shape.value.split(":")
    return int(across), int(down)


def _numbers(plan: Plan, target: EncodeTarget) -> list[str]:
    """H.264 has eight bits, for every player; the others keep ten, and what is brighter."""
    picture = plan.picture
    deep = picture is not None and picture.bit_depth > _EIGHT_BITS
    if target.codec is not VideoCodec.H264:
        return ["format=yuv420p10le" if deep else "format=yuv420p"]
    if picture is not None and picture.colour.hdr:
        return [_said(picture.colour), *_TO_SDR, "format=yuv420p"]
    return ["format=yuv420p"]


def _said(colour: Colour) -> str:
    """PQ and HLG are of BT.2020 where nothing else is said."""
    primaries, matrix = colour.primaries or 9, colour.matrix or 9
    return f"setparams=color_primaries={primaries}:color_trc={colour.transfer}:colorspace={matrix}"
