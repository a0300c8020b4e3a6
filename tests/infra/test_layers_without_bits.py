"""Some tools unzip a layer without its execute bits; ffmpeg has to run all the same."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import packaging
from tests.infra.handlers import ROOT

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
RUN = """
import subprocess
from functions.adapters.ffmpeg.binary import ffmpeg_path
subprocess.run([ffmpeg_path(), "-version"], check=True, stdout=subprocess.DEVNULL)
print(ffmpeg_path(), end="")
"""
IMPORT = "import pydantic_core, pydantic, aws_lambda_powertools.logging"

pytestmark = [
    pytest.mark.xdist_group("layers"),
    pytest.mark.skipif(sys.platform != "linux", reason="layers hold programs for Linux"),
]


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Both layers of the ffmpeg functions, for this machine, no file executable."""
    folder = tmp_path_factory.mktemp("layers")
    targets = []
    for name in ("dependencies", "ffmpeg"):
        target = folder / name / "python"
        packaging.install(
            packaging.LAYERS / name / "requirements.txt",
            target,
            version=VERSION,
            machine=platform.machine(),
        )
        targets.append(target)
    files = [path for path in folder.rglob("*") if path.is_file()]
    # A linked file shares its mode with uv's cache and every environment made from it.
    assert [path for path in files if path.stat().st_nlink > 1] == []
    for path in files:
        path.chmod(0o444)
    yield targets
    shutil.rmtree(folder)


def _python(program: str, layers: list[Path], temp: Path) -> str:
    """Run a program that sees the code and the layers and, by -S, nothing installed here."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=temp,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *layers])),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(temp),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_given_no_execute_bits_when_the_dependencies_are_imported_then_they_work(
    layers: list[Path], tmp_path: Path
):
    _python(IMPORT, layers, tmp_path)


def test_given_no_execute_bits_when_ffmpeg_is_called_then_an_executable_copy_runs(
    layers: list[Path], tmp_path: Path
):
    path = Path(_python(RUN, layers, tmp_path))

    assert path.parent == tmp_path
    assert os.access(path, os.X_OK)
    assert [it.name for it in tmp_path.iterdir()] == [path.name]


def test_given_a_copy_when_another_process_needs_it_then_it_is_used_again(
    layers: list[Path], tmp_path: Path
):
    first = Path(_python(RUN, layers, tmp_path))
    before = first.stat()

    second = Path(_python(RUN, layers, tmp_path))

    assert second == first
    assert (second.stat().st_ino, second.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_given_half_a_copy_when_ffmpeg_is_called_then_a_whole_one_takes_its_place(
    layers: list[Path], tmp_path: Path
):
    first = Path(_python(RUN, layers, tmp_path))
    whole = first.stat().st_size
    first.write_bytes(b"half")

    second = Path(_python(RUN, layers, tmp_path))

    assert second.stat().st_size == whole


def test_given_execute_bits_when_ffmpeg_is_called_then_nothing_is_copied(
    layers: list[Path], tmp_path: Path
):
    (binary,) = (layers[1] / "imageio_ffmpeg" / "binaries").glob("ffmpeg-*")
    binary.chmod(0o555)
    try:
        path = Path(_python(RUN, layers, tmp_path))
    finally:
        binary.chmod(0o444)

    assert path == binary
    assert list(tmp_path.iterdir()) == []
