from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from functions.runtime.scratch import scratch_folder, sweep


@pytest.fixture(autouse=True)
def _own_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _left_behind(root: Path, pid: object) -> Path:
    folder = root / f"cutroom-work-{pid}-abc"
    folder.mkdir()
    (folder / "000001.mp4").write_bytes(b"x")
    return folder


def _gone_pid() -> int:
    """The id of a process that has ended, and that was waited for."""
    return int(subprocess.check_output([sys.executable, "-c", "import os; print(os.getpid())"]))


def test_given_an_invocation_when_it_is_over_then_its_folder_is_gone():
    with scratch_folder() as folder:
        (folder / "file").write_text("x")

    assert not folder.exists()


def test_given_an_invocation_that_fails_when_it_is_over_then_its_folder_is_gone():
    with pytest.raises(ZeroDivisionError), scratch_folder() as folder:
        raise ZeroDivisionError

    assert not folder.exists()


def test_given_a_killed_process_when_the_next_one_begins_then_its_folder_is_swept(tmp_path: Path):
    left = _left_behind(tmp_path, _gone_pid())

    with scratch_folder():
        assert not left.exists()


def test_given_an_older_folder_of_our_own_when_the_next_one_begins_then_it_is_swept(
    tmp_path: Path,
):
    left = _left_behind(tmp_path, os.getpid())

    with scratch_folder() as folder:
        assert not left.exists()
        assert folder.exists()


def test_given_a_folder_of_a_process_that_lives_when_swept_then_it_is_kept(tmp_path: Path):
    kept = _left_behind(tmp_path, os.getppid())

    sweep(tmp_path)

    assert kept.exists()


@pytest.mark.parametrize("name", ["other-123", "cutroom-work-", "cutroom-work-x-1", "cutroom"])
def test_given_something_of_others_when_swept_then_it_is_kept(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()

    sweep(tmp_path)

    assert (tmp_path / name).exists()
