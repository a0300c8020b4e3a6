"""What Converse takes, as far as it can be told wrong: the service's rules, in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ROLES = ("user", "assistant")
Json = Mapping[str, Any]


def violations(body: object) -> list[str]:
    """Each that a request has; none if it is good."""
    if not isinstance(body, Mapping):
        return ["The request body must be a JSON object."]
    return [*_messages(body), *_settings(body), *_tools(body)]


def _messages(body: Json) -> Iterator[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required."
        return
    for at, message in enumerate(messages):
        if message.get("role") != _ROLES[at % 2]:
            yield f"messages.{at}: roles must alternate between user and assistant."
        content = message.get("content")
        if not isinstance(content, list) or not content:
            yield f"messages.{at}.content: must not be empty."
            continue
        if any(part.get("text", "x").strip() == "" for part in content):
            yield f"messages.{at}.content: text must not be blank."
    if messages[-1].get("role") != "user":
        yield "messages: the last one must be the user's."
    yield from _results(messages)


def _results(messages: list[Json]) -> Iterator[str]:
    """Every use of a tool is followed by its result, in the very next message."""
    for before, after in pairwise(messages):
        used = {part["toolUse"]["toolUseId"] for part in before["content"] if "toolUse" in part}
        told = {
            part["toolResult"]["toolUseId"] for part in after["content"] if "toolResult" in part
        }
        if used != told:
            yield "messages: toolUse and toolResult blocks must match."


def _settings(body: Json) -> Iterator[str]:
    settings = body.get("inferenceConfig", {})
    if settings.get("maxTokens", 1) < 1:
        yield "inferenceConfig.maxTokens: must be at least 1."
    if not 0 <= settings.get("temperature", 0) <= 1:
        yield "inferenceConfig.temperature: must be between 0 and 1."


def _tools(body: Json) -> Iterator[str]:
    config = body.get("toolConfig")
    if config is None:
        return
    specs = [tool.get("toolSpec", {}) for tool in config.get("tools", [])]
    if not specs:
        yield "toolConfig.tools: at least one tool is required."
    for spec in specs:
        if not _TOOL_NAME.fullmatch(str(spec.get("name", ""))):
            yield "toolConfig.tools: a name has 1 to 64 letters, digits, _ and -."
        if not isinstance(spec.get("inputSchema", {}).get("json"), Mapping):
            yield "toolConfig.tools: inputSchema.json must be an object."
    chosen = config.get("toolChoice", {}).get("tool", {}).get("name")
    if chosen is not None and chosen not in {spec.get("name") for spec in specs}:
        yield "toolConfig.toolChoice: there is no such tool."
