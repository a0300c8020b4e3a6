"""What is uploaded: one zip of our code for all functions, and three layers built with uv.

No Docker: wheels for the target are unpacked here, whatever machine this is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.settings import StageSettings

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ROOT / "layers"
UNZIPPED_LIMIT = 262_144_000
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


@jsii.implements(ILocalBundling)
class _Copy:
    """Our own code with its bytecode; on one machine with the program that starts it."""

    def __init__(self, settings: StageSettings) -> None:
        self._local, self._version = settings.local, settings.python_version

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        target = Path(output_dir)
        shutil.copytree(ROOT / "functions", target / "functions", ignore=_IGNORED)
        _compile(target / "functions", self._version)
        if self._local:
            start = target / "bootstrap"
            start.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m awslambdaric "$_HANDLER"\n')
            start.chmod(0o755)
        return True


@jsii.implements(ILocalBundling)
class _Wheels:
    """A layer's locked wheels for the stage's processor and Python, with bytecode if possible."""

    def __init__(self, requirements: Path, settings: StageSettings) -> None:
        self._requirements, self._settings = requirements, settings

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        target = Path(output_dir) / "python"
        version = self._settings.python_version
        install(self._requirements, target, version=version, machine=self._settings.machine)
        _compile(target, version)
        return True


def _compile(folder: Path, version: str) -> None:
    """Bytecode, where that Python can be run here: in Lambda nothing can be kept at run time.

    unchecked: what is shipped is read-only, and its files' times are not the sources' own.
    """
    interpreter = bytecode_interpreter(version)
    if interpreter:
        words = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder)]
        subprocess.run([interpreter, "-m", "compileall", *words], check=True)


def install(requirements: Path, target: Path, *, version: str, machine: str) -> None:
    """Unpack locked wheels for another machine into a folder."""
    uv = Path(sys.executable).with_name("uv")
    words = ["--python-version", version, "--python-platform", f"{machine}-manylinux_2_28"]
    subprocess.run(
        [
            str(uv), "pip", "install", "--quiet", "--no-deps", "--require-hashes",
            "--only-binary", ":all:", "--no-installer-metadata", "--link-mode", "copy",
            "--python", sys.executable,
            *words, "--target", str(target), "-r", str(requirements),
        ],
        check=True,
    )  # fmt: skip
    (target / ".lock").unlink(missing_ok=True)


def bytecode_interpreter(version: str) -> str | None:
    """Bytecode is good for one minor version only: that interpreter, if it can be run here."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    works = subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if works else None


def code(settings: StageSettings) -> lambda_.Code:
    """The one code asset."""
    version = settings.python_version
    bytecode = str(bytecode_interpreter(version) is not None)
    local = settings.stage if settings.local else ""
    return lambda_.Code.from_asset(
        str(ROOT / "functions"),
        exclude=["**/__pycache__"],
        asset_hash=_digest(local, version, bytecode, *_sources()),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=_bundling(_Copy(settings)),
    )


def layer(scope: Construct, name: str, settings: StageSettings) -> lambda_.LayerVersion:
    """The layer of `layers/{name}`."""
    requirements = LAYERS / name / "requirements.txt"
    version = settings.python_version
    bytecode = str(bytecode_interpreter(version) is not None)
    return lambda_.LayerVersion(
        scope,
        f"{name.capitalize()}Layer",
        code=lambda_.Code.from_asset(
            str(LAYERS / name),
            asset_hash=_digest(requirements.read_text(), version, settings.machine, bytecode),
            asset_hash_type=AssetHashType.CUSTOM,
            bundling=_bundling(_Wheels(requirements, settings)),
        ),
        compatible_architectures=[architecture(settings)],
        description=f"Cutroom: {name}",
    )


def architecture(settings: StageSettings) -> lambda_.Architecture:
    arm = settings.machine in {"aarch64", "arm64"}
    return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64


def _bundling(local: Any) -> BundlingOptions:
    return BundlingOptions(image=DockerImage.from_registry("never-used"), local=local)


def _sources() -> list[str]:
    folder = ROOT / "functions"
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return [f"{path.relative_to(ROOT)}\0{path.read_text()}" for path in sorted(paths)]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def unzipped_bytes(folder: Path) -> int:
    """What a layer or the code takes on the function's disk."""
    files = (Path(root) / name for root, _, names in os.walk(folder) for name in names)
    return sum(path.stat().st_size for path in files)
