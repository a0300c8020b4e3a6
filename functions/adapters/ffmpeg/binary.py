"""Finding ffmpeg: the layer's, made executable if an unzip has lost the bit."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from functions.domain.errors import UnavailableError


@functools.cache
def ffmpeg_path() -> str:
    """The binary that imageio-ffmpeg carries; copied once per container where it cannot run."""
    folder = Path(str(files("imageio_ffmpeg") / "binaries"))
    found = next(iter(sorted(folder.glob("ffmpeg-*"))), None)
    if found is None:
        raise UnavailableError("ffmpeg.missing", "The ffmpeg layer holds no ffmpeg.")
    return str(found if os.access(found, os.X_OK) else _executable_copy(found))


def _executable_copy(found: Path) -> Path:
    """Layers are read-only: copy beside, then rename, so that no half copy is ever run."""
    target = Path(tempfile.gettempdir()) / f"cutroom-{found.name}"
    if not target.exists() or target.stat().st_size != found.stat().st_size:
        partial = target.with_suffix(f".{os.getpid()}")
        shutil.copyfile(found, partial)
        partial.chmod(0o755)
        partial.replace(target)
    return target
