"""What the handlers' sources say about themselves, so that no test has to list it."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

from functions.runtime import (
    api_settings,
    deletion_settings,
    event_settings,
    lipsync_settings,
    run_settings,
    settings,
    social_settings,
)

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "functions" / "handlers"
_SETTINGS = (
    api_settings,
    deletion_settings,
    event_settings,
    lipsync_settings,
    run_settings,
    settings,
    social_settings,
)


def source(handler: str) -> str:
    """`api.app` -> the text of functions/handlers/api/app.py"""
    return (_FOLDER / f"{handler.replace('.', '/')}.py").read_text()


def _all() -> list[str]:
    modules = (path.relative_to(_FOLDER).with_suffix("") for path in _FOLDER.rglob("*.py"))
    names = sorted(".".join(module.parts) for module in modules)
    return [name for name in names if "def lambda_handler(" in source(name)]


HANDLERS = _all()


def settings_class(handler: str) -> type:
    """The class in `settings = load(...)`, in the module or in the one it takes `settings` from."""
    for node in ast.parse(source(handler)).body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="settings")],
                value=ast.Call(func=ast.Name(id="load"), args=[ast.Name(id=name)]),
            ):
                return _named(name)
            case ast.ImportFrom(module=str(module), names=names):
                if "settings" in {item.name for item in names} and ".handlers." in module:
                    return settings_class(module.removeprefix("functions.handlers."))
    raise AssertionError(f"{handler} loads no settings")


def _named(name: str) -> type:
    found: type = next(getattr(one, name) for one in _SETTINGS if hasattr(one, name))
    return found


def variables(handler: str) -> set[str]:
    return {field.name.upper() for field in fields(settings_class(handler))}


def layers(handler: str) -> set[str]:
    """The layers of the libraries behind what the handler asks `bootstrap` for."""
    text = source(handler)
    wanted = {"dependencies"}
    if "bootstrap_media.prober(" in text:
        wanted.add("av")
    if "bootstrap_lipsync.tools(" in text or any(
        f"bootstrap_media.{maker}(" in text
        for maker in ("cutter", "analyser", "hls_writer", "speech_extractor")
    ):
        wanted.add("ffmpeg")
    return wanted


def payload_keys(handler: str) -> set[str]:
    """What a task's handler reads from its event."""
    text = source(handler)
    ids = {"video_id", "run_id"} if "run_ids(event)" in text else set()
    return ids | set(re.findall(r"""\bevent(?:\[|\.get\()"(\w+)\"""", text))
