"""One way to make AWS clients: bounded waits, retries with jitter at this level only."""

from __future__ import annotations

import functools
import threading
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from functions.domain.errors import UnavailableError

_CONFIG: Final = Config(
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 4},
    signature_version="v4",
)
_S3_CONFIG: Final = _CONFIG.merge(Config(signature_version="s3v4"))
# A session is for one thread at a time, and its clients for many.
_MAKING: Final = threading.Lock()


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def _made(service: Any, **options: Any) -> Any:
    with _MAKING:
        return _session().client(service, **options)


@functools.cache
def _shared(session: boto3.Session, service: Any) -> Any:
    return session.client(service, config=_S3_CONFIG if service == "s3" else _CONFIG)


@functools.cache
def client(service: Any) -> Any:
    """A client of a service, made once per container, by the first of the threads that want it;
    region and endpoint come from the runtime."""
    with _MAKING:
        return _shared(_session(), service)


@functools.cache
def client_at(service: Any, endpoint: str) -> Any:
    """A client of a service at an address that the settings name."""
    return _made(service, endpoint_url=endpoint, config=_CONFIG)


def patient_client(
    service: Any, endpoint: str | None, *, read_seconds: float, attempts: int
) -> Any:
    """A client of a service that thinks for a while before it answers; not kept."""
    config = _CONFIG.merge(
        Config(
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
    )
    return _made(service, endpoint_url=endpoint, config=config)


def quick_client(service: Any, endpoint: str, *, read_seconds: float, at_once: int) -> Any:
    """A client of a service that answers at once or not at all, for many calls beside each other;
    not kept."""
    config = _CONFIG.merge(
        Config(
            connect_timeout=1,
            read_timeout=read_seconds,
            max_pool_connections=at_once,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
    )
    return _made(service, endpoint_url=endpoint, config=config)


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def unavailable(what: str, error: Exception) -> UnavailableError:
    """A dependency's failure, without its message: it may carry keys and URLs."""
    name = error_code(error) if isinstance(error, ClientError) else type(error).__name__
    return UnavailableError("dependency.unavailable", f"{what} failed ({name}); try again.")
