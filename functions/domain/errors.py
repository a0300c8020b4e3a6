"""Every error a user or an operator can meet, as one tree.

CutroomError            code, title and what to do, kept for the user
├── InvalidInputError   422  the request is wrong; `fields` names each place
├── ForbiddenError      403  not allowed for this tier
├── NotFoundError       404  absent, or somebody else's
├── ConflictError       409  right request, wrong moment
│   ├── StaleWriteError 409  another worker wrote first; read again
│   └── RunOverError    409  the run it was done for has ended: nothing more is written for it
├── GoneError           410  too late
├── PreconditionError   412  If-Match names another version
├── TooLargeError       413  above a limit
├── MediaError          422  the file itself: never helped by trying again
└── UnavailableError    503  a dependency failed: helped by trying again
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place of a request: a JSON pointer, a stable code and plain words."""

    pointer: str
    code: str
    detail: str


class CutroomError(Exception):
    """Base of all errors that are shown to a user; `code` is stable, `detail` says what to do."""

    status = 500
    retryable = False
    helps_in: int | None = None
    """Seconds after which it helps, where that is known."""

    def __init__(self, code: str, detail: str, *, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.fields = fields


class InvalidInputError(CutroomError):
    status = 422


class ForbiddenError(CutroomError):
    status = 403


class NotFoundError(CutroomError):
    status = 404


class ConflictError(CutroomError):
    status = 409


class StaleWriteError(ConflictError):
    """The stored version moved on since it was read."""

    retryable = True

    def __init__(self, what: str) -> None:
        super().__init__("write.conflict", f"{what} changed meanwhile; read it again and repeat.")


class RunOverError(ConflictError):
    """The run that a write names has ended, or does not hold its video any more."""

    def __init__(
        self,
        code: str = "pipeline.run_over",
        detail: str = "This run has ended already; start a new one.",
    ) -> None:
        super().__init__(code, detail)


class GoneError(CutroomError):
    status = 410


class PreconditionError(CutroomError):
    """The caller's version is not the current one."""

    status = 412

    def __init__(self, what: str, version: int) -> None:
        super().__init__(
            "precondition.failed",
            f"{what} is at version {version} now; read it again and repeat with its ETag.",
        )


class TooLargeError(CutroomError):
    status = 413


class MediaError(CutroomError):
    status = 422


class UnavailableError(CutroomError):
    status = 503
    retryable = True
