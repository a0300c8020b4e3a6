"""One question to a model on Amazon Bedrock (Converse), answered through a tool it has to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from functions.adapters.aws import error_code, patient_client
from functions.domain.errors import UnavailableError
from functions.domain.moments.models import Model
from functions.domain.moments.prompts import SYSTEM, TOOL, schema
from functions.domain.moments.usage import Usage

# Asked again, they would say the same.
_FOR_GOOD: Final = {
    "AccessDeniedException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
    "ValidationException",
}
Message = Mapping[str, Any]


class ModelOutOfReachError(UnavailableError):
    """The service does not answer; `for_good` says that there is no use in asking it again."""

    def __init__(self, name: str) -> None:
        super().__init__("moments.model_unavailable", f"The model service failed ({name}).")
        self.for_good = name in _FOR_GOOD


@dataclass(frozen=True, slots=True)
class Reply:
    """`given` is what was filled into the tool, None where it was not used; `content` is all of
    the message, to be sent back as it came."""

    stop: str
    given: object
    tool_use_id: str | None
    content: Sequence[Mapping[str, Any]]
    usage: Usage

    @property
    def whole(self) -> bool:
        """Whether the tool was used, and the answer was not cut off."""
        return self.tool_use_id is not None and self.stop == "tool_use"


class Converse:
    """`read_seconds` is how long an answer is waited for, `attempts` how often it is asked for
    where the service is busy: that is the only place where anything is tried again."""

    def __init__(
        self, endpoint: str | None, *, read_seconds: float = 60, attempts: int = 4
    ) -> None:
        self._client = patient_client(
            "bedrock-runtime", endpoint, read_seconds=read_seconds, attempts=attempts
        )

    def ask(self, model: Model, messages: Sequence[Message], *, max_tokens: int) -> Reply:
        """Raises ModelOutOfReachError."""
        tool = {
            "name": TOOL,
            "description": "Report the moments that were chosen",
            "inputSchema": {"json": schema()},
        }
        try:
            answer = self._client.converse(
                modelId=model.model_id,
                system=[{"text": SYSTEM}],
                messages=list(messages),
                inferenceConfig={"maxTokens": max_tokens, "temperature": model.temperature},
                toolConfig={"tools": [{"toolSpec": tool}], "toolChoice": {"tool": {"name": TOOL}}},
            )
        except ClientError as error:
            raise ModelOutOfReachError(error_code(error)) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise ModelOutOfReachError(type(error).__name__) from error
        return _read(answer)


def _read(answer: Mapping[str, Any]) -> Reply:
    """Text and reasoning may stand before the tool; a model may also use none, or another."""
    message = answer.get("output", {}).get("message", {})
    content = message.get("content") or []
    used = next(
        (part["toolUse"] for part in content if part.get("toolUse", {}).get("name") == TOOL), None
    )
    counted = answer.get("usage", {})
    return Reply(
        stop=str(answer.get("stopReason", "")),
        given=used.get("input") if used else None,
        tool_use_id=used.get("toolUseId") if used else None,
        content=content,
        usage=Usage(
            calls=1,
            input_tokens=int(counted.get("inputTokens", 0)),
            output_tokens=int(counted.get("outputTokens", 0)),
        ),
    )


def user(text: str) -> Message:
    return {"role": "user", "content": [{"text": text}]}


def refused_tool(reply: Reply, says: str) -> list[Message]:
    """The reply, and that what it filled in cannot be used."""
    result = {"toolUseId": reply.tool_use_id, "content": [{"text": says}], "status": "error"}
    return [
        {"role": "assistant", "content": list(reply.content)},
        {"role": "user", "content": [{"toolResult": result}]},
    ]
