"""Small media files for tests, made with ffmpeg; each function returns the file it made."""

from __future__ import annotations

import subprocess
from pathlib import Path

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


def picture(seconds: float, size: str = "320x180", rate: int | str = RATE) -> tuple[str, ...]:
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


def large(target: Path) -> Path:
    ffmpeg(*picture(1, "1920x1080"), *H264, str(target))
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


def irregular(target: Path, seconds: float = 16) -> Path:
    """Broadcast frame rate, keyframes wherever, sound at another clock."""
    keys = ("-force_key_frames", "0.5,0.9,2.3,2.4,3.7,5.1,5.15,6.6,8,8.7,10.2,11.3,12.9,13,14.4")
    inputs = (*picture(seconds, rate="30000/1001"), *tone(seconds, 44_100))
    ffmpeg(*inputs, *H264, "-bf", "2", *keys, "-g", "300", "-c:a", "aac", str(target))
    return target


def heavy(target: Path, seconds: int, size: str = "640x360") -> Path:
    """Noise, some 9 megabytes a second (2.6 at 320x180): cheap to make, slow to move."""
    # One second is encoded, then repeated packet by packet.
    second = target.with_stem("second")
    noise = ("-vf", "noise=alls=100:allf=t", "-c:v", "mpeg4", "-q:v", "2", "-g", "5", "-bf", "0")
    ffmpeg(*picture(1, size), *tone(1), *noise, "-c:a", "pcm_s16le", str(second))
    again = ("-stream_loop", str(seconds - 1), "-i", str(second))
    ffmpeg(*again, "-c", "copy", str(target))
    return target
