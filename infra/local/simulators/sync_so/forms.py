"""A generation asked for by a form: files by their kind, the rest as JSON texts.

Source: its parser's limits; open: whether `input` is one text or several, so both are taken.
"""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final

from infra.local.simulators.sync_so.assets import Assets
from infra.local.simulators.sync_so.errors import malformed, refused

KINDS: Final = ("video", "image", "audio")
_JSON: Final = ("options", "segments", "dubParams", "dialogueEdit")
_TEXTS: Final = ("model", "webhookUrl", "outputFileName", "projectId")
_MAX_PARTS, _MAX_FIELD = 35, 1024 * 1024


def read_form(content_type: str, body: bytes, assets: Assets) -> dict[str, Any]:
    """The same as JSON. Raises RefusedError."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise malformed(["the form cannot be read"])
    made: dict[str, Any] = {}
    inputs: list[Any] = []
    parts = list(message.iter_parts())
    if len(parts) > _MAX_PARTS:
        raise refused("generation_input_validation_failed", status=413)
    for part in parts:
        name, content = str(part.get_param("name", header="content-disposition")), _content(part)
        if name in KINDS:
            if any(one.get("_form") == name for one in inputs):
                raise refused("generation_input_validation_failed", status=413)
            inputs.append({"type": name, "url": assets.keep(content), "_form": name})
        else:
            _take(made, inputs, name, content)
    taken = [{k: v for k, v in one.items() if k != "_form"} for one in inputs]
    return {**made, "input": taken}


def _content(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True) or b"")


def _take(made: dict[str, Any], inputs: list[Any], name: str, content: bytes) -> None:
    if len(content) > _MAX_FIELD:
        raise refused("generation_input_validation_failed", status=413)
    try:
        text = content.decode()
        if name in _TEXTS:
            made[name] = text
        elif name in _JSON:
            made[name] = json.loads(text)
        elif name == "input":
            found = json.loads(text)
            inputs.extend(found if isinstance(found, list) else [found])
    except ValueError as error:
        raise malformed([f"{name} must be JSON"]) from error
