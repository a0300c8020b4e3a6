"""Small media files for tests, made with ffmpeg; each function returns the file it made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 25


def ffmpeg(*words: str) -> None:
    """Run ffmpeg; raises with what it printed."""
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-loglevel", "error", "-y", *words], capture_output=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stderr.decode(errors="replace"))


def picture(seconds: float, size: str = "320x180", rate: int = RATE) -> tuple[str, ...]:
    """Input words for a moving test picture."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def tone(seconds: float, rate: int = 48_000) -> tuple[str, ...]:
    """Input words for a sound."""
    return ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={rate}:duration={seconds}")


def talk(target: Path, seconds: float = 10, gop: int = 100) -> Path:
    """H.264 with B-frames and AAC: what most uploads are. Key frames each `gop` frames."""
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", str(gop))
    ffmpeg(*picture(seconds), *tone(seconds), *codec, "-c:a", "aac", "-shortest", str(target))
    return target


H264 = ("-c:v", "libx264", "-preset", "ultrafast")


def encoded(target: Path, *words: str, seconds: float = 12, gop: int = 25) -> Path:
    """H.264 and AAC unless `words` say otherwise."""
    codec = (*H264, "-g", str(gop), "-c:a", "aac")
    ffmpeg(*picture(seconds), *tone(seconds), *codec, *words, "-shortest", str(target))
    return target


def fragmented(target: Path) -> Path:
    return encoded(target, "-movflags", "frag_keyframe+empty_moov", "-bf", "2")


def open_gop(target: Path) -> Path:
    """Keyframes whose leading pictures need the group before."""
    return encoded(target, "-preset", "veryfast", "-x264-params", "open-gop=1:bframes=3:scenecut=0")


def hevc(target: Path) -> Path:
    quiet = ("-x265-params", "log-level=error", "-tag:v", "hvc1")
    return encoded(target, "-c:v", "libx265", *quiet, seconds=6)


def webm(target: Path) -> Path:
    fast = ("-deadline", "realtime", "-cpu-used", "8")
    return encoded(target, "-c:v", "libvpx", *fast, "-c:a", "libopus", seconds=8)


def old_avi(target: Path) -> Path:
    return encoded(target, "-c:v", "mpeg4", "-bf", "0", "-c:a", "libmp3lame")


def camera_mov(target: Path) -> Path:
    """Raw sound, many packets a second."""
    return encoded(target, "-c:a", "pcm_s16le", "-bf", "2")


def edit_list(target: Path) -> Path:
    """Trimmed without re-encoding: an edit list hides the first pictures."""
    whole = talk(target.with_stem("whole"), seconds=12, gop=50)
    ffmpeg("-ss", "1.3", "-i", str(whole), "-c", "copy", str(target))
    return target


def late_picture(target: Path) -> Path:
    """The sound begins a second and a half before the picture."""
    whole = talk(target.with_stem("whole"), seconds=12, gop=25)
    both = ("-itsoffset", "1.5", "-i", str(whole), "-i", str(whole))
    ffmpeg(*both, "-map", "0:v", "-map", "1:a", "-c", "copy", str(target))
    return target


def turned(target: Path, degrees: int = 90) -> Path:
    """A phone held upright: the pictures lie, a matrix turns them. Degrees clockwise."""
    flat = talk(target.with_stem("flat"), seconds=6, gop=25)
    ffmpeg("-display_rotation", str(-degrees), "-i", str(flat), "-c", "copy", str(target))
    return target


def uneven(target: Path) -> Path:
    """A variable frame rate, as screen recorders make it."""
    drop = ("-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr")
    return encoded(target, *drop)


def one_frame(target: Path) -> Path:
    ffmpeg(*picture(0.04), *H264, "-frames:v", "1", str(target))
    return target


def sound_only(target: Path, seconds: float = 12) -> Path:
    ffmpeg(*tone(seconds), "-c:a", "aac", str(target))
    return target


def still(target: Path) -> Path:
    """A picture, in the format that the name says."""
    ffmpeg(*picture(0.04), "-frames:v", "1", "-update", "1", str(target))
    return target


def song(target: Path) -> Path:
    """Sound with cover art, which is a video stream of one picture."""
    cover, sound = still(target.with_suffix(".jpg")), sound_only(target.with_stem("sound"))
    inputs = ("-i", str(sound), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy")
    ffmpeg(*inputs, "-disposition:v:0", "attached_pic", str(target))
    return target


def heavy(target: Path, seconds: float, rate: int = 16, gop: int = 5) -> Path:
    """About `rate` megabytes a second of noise; cheap to make, slow to move."""
    # One second is encoded, then repeated packet by packet.
    second = target.with_stem("second")
    size = "1920x1080"
    noise = ("-vf", "noise=alls=100:allf=t", "-b:v", f"{rate * 8}M", "-maxrate", f"{rate * 8}M")
    strict = ("-g", str(gop), "-bf", "0", "-c:v", "mpeg4", "-qmin", "1")
    ffmpeg(*picture(1, size), *tone(1), *noise, *strict, "-c:a", "pcm_s16le", str(second))
    again = ("-stream_loop", str(round(seconds) - 1), "-i", str(second))
    ffmpeg(*again, "-c", "copy", str(target))
    return target


X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")
SMALL = "128x72"


def encoded(target: Path, *codec: str, seconds: float = 6, sound: bool = True) -> Path:
    """A small moving picture, with sound unless told otherwise, a key frame each second."""
    inputs = picture(seconds, SMALL) + (tone(seconds) if sound else ())
    ffmpeg(*inputs, "-g", str(RATE), *codec, *(("-shortest",) if sound else ()), str(target))
    return target


def small(target: Path, seconds: float = 6) -> Path:
    """H.264 and AAC, as cheap as it gets."""
    return encoded(target, *X264, *AAC, seconds=seconds)


def silent(target: Path, seconds: float = 6) -> Path:
    return encoded(target, *X264, seconds=seconds, sound=False)


def sound_only(target: Path, seconds: float = 6) -> Path:
    ffmpeg(*tone(seconds), *AAC, "-f", "mp4", str(target))
    return target


def one_frame(target: Path) -> Path:
    ffmpeg(*picture(1, SMALL), *X264, "-frames:v", "1", str(target))
    return target


def still(target: Path, muxer: str) -> Path:
    """A picture file under any name: `muxer` is jpg, png or gif."""
    real = target.with_name(f"picture.{muxer}")
    ffmpeg(*picture(1, SMALL), "-frames:v", "1", "-update", "1", str(real))
    return real.rename(target)


def cut_off(target: Path, *, index_first: bool) -> Path:
    """The first 35 % of a file, with its index at the front or, lost, at the end."""
    flags = ("-movflags", "+faststart") if index_first else ()
    whole = encoded(target.with_name("whole.mp4"), *X264, *AAC, *flags)
    content = whole.read_bytes()
    target.write_bytes(content[: len(content) * 35 // 100])
    return target


def portrait(target: Path) -> Path:
    """Stored lying, shown upright, as phones do."""
    lying = small(target.with_name("lying.mp4"))
    ffmpeg("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(target))
    return target


def variable_rate(target: Path) -> Path:
    """25 frames a second, then five."""
    thin = ("-vf", r"select=lt(t\,3)+not(mod(n\,5))", "-fps_mode", "vfr")
    return encoded(target, *thin, *X264, *AAC)


def surround(target: Path) -> Path:
    return encoded(target, *X264, "-ac", "6", *AAC)


def two_sounds(target: Path) -> Path:
    inputs = (*picture(6, SMALL), *tone(6), *tone(6, 44_100))
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a")
    ffmpeg(*inputs, *maps, "-g", str(RATE), *X264, *AAC, "-shortest", str(target))
    return target


def with_cover(target: Path, of: Path) -> Path:
    """The same file with cover art beside its streams."""
    cover = still(target.with_name("cover.bin"), "png")
    maps = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "default")
    last = "1" if of.suffix == ".mp4" else "0"
    art = (f"-disposition:v:{last}", "attached_pic")
    words = maps[:-2] if last == "0" else maps
    ffmpeg("-i", str(of), "-i", str(cover), *words, *art, "-f", "mp4", str(target))
    return target


def long_and_tiny(target: Path, minutes: int) -> Path:
    """One frame a second."""
    ffmpeg(*picture(minutes * 60, "64x64", 1), *X264, "-g", "60", str(target))
    return target


def frames(path: Path) -> int:
    """How many pictures a file holds, by its packets."""
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)
