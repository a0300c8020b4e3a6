"""A source behind a URL, read from any byte on: GET, Range, If-Range (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime

from functions.adapters.guarded_http import GuardedHttp, Reply
from functions.adapters.guarded_network import FetchError
from functions.domain.errors import CutroomError, MediaError, UnavailableError
from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.ingest import SourceVersion
from functions.domain.ingests.ports import SourceStream
from functions.domain.ingests.web_urls import UrlError, parse_url

_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_LENGTH = re.compile(r"[0-9]{1,18}")
# Too early, too often, or a fault that may pass.
_PASSING = {408, 425, 429}


class HttpSourceReader:
    def __init__(self, http: GuardedHttp, rules: AddressRules) -> None:
        self._http, self._rules = http, rules

    @contextmanager
    def open(
        self, url: str, start: int = 0, known: SourceVersion | None = None
    ) -> Iterator[SourceStream]:
        """Raises MediaError and UnavailableError with codes `ingest.…`."""
        wanted = {"Range": f"bytes={start}-"} if start else {}
        if start and known and known.validator:
            wanted["If-Range"] = known.validator
        try:
            with self._http.get(parse_url(url, self._rules), wanted) as reply:
                yield _stream(reply, start, known)
        except UrlError as error:
            raise MediaError("ingest.refused_address", error.says) from error
        except FetchError as error:
            raise _told(error) from error


def _told(error: FetchError) -> CutroomError:
    kind = UnavailableError if error.passing else MediaError
    return kind(f"ingest.{error.trouble}", error.says)


def _stream(reply: Reply, start: int, known: SourceVersion | None) -> SourceStream:
    if start and reply.status == 416:
        return _end(reply, start, known)
    _require_content(reply, start)
    begins, total = _place(reply, start)
    version = SourceVersion(
        total=total, etag=reply.headers.get("etag"), modified=_modified(reply.headers)
    )
    if known is not None and start:
        known.require_same(version)
    return SourceStream(
        version=version,
        content_type=reply.headers.get("content-type"),
        start=begins,
        chunks=_chunks(reply.chunks),
    )


def _end(reply: Reply, start: int, known: SourceVersion | None) -> SourceStream:
    """There is nothing from `start` on: the end, if the file is as long as that."""
    length = reply.headers.get("content-range", "").strip().removeprefix("bytes */")
    version = SourceVersion(total=int(length) if _LENGTH.fullmatch(length) else -1)
    (known or SourceVersion()).require_same(version)
    SourceVersion(total=start).require_same(version)
    return SourceStream(version=version, content_type=None, start=start, chunks=iter(()))


def _chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except FetchError as error:
        raise _told(error) from error


def _require_content(reply: Reply, start: int) -> None:
    """Raises what is to be told of any other answer than the file, or the rest of it."""
    status = reply.status
    if status != 200 and not (status == 206 and start):
        passing = status in _PASSING or status >= 500
        hint = " The link may have run out, or want a sign-in." if status in {401, 403, 410} else ""
        raise (UnavailableError if passing else MediaError)(
            "ingest.http_status", f"The source answers with the status {status}.{hint}"
        )
    coding = reply.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise _bad("sends its bytes packed, though that was not asked for")


def _place(reply: Reply, start: int) -> tuple[int, int | None]:
    """The first byte of the answer, and how many the file has."""
    length = reply.headers.get("content-length")
    if reply.status == 200:
        return 0, int(length) if length and _LENGTH.fullmatch(length) else None
    found = _RANGE.fullmatch(reply.headers.get("content-range", "").strip())
    if found is None or int(found[1]) != start:
        raise _bad("does not send the bytes that were asked for")
    last, total = int(found[2]), None if found[3] == "*" else int(found[3])
    if last < start or (total is not None and last >= total):
        raise _bad("contradicts itself in the range that it sends")
    if length is not None and length != str(last - start + 1):
        raise _bad("contradicts itself in the length that it sends")
    return start, total


def _modified(headers: Mapping[str, str]) -> str | None:
    """Last-Modified where it can tell two states apart: a second before the answer's own date."""
    modified, date = headers.get("last-modified"), headers.get("date")
    if modified is None or date is None:
        return None
    try:
        later = parsedate_to_datetime(date) - parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return None
    return modified if later >= timedelta(seconds=1) else None


def _bad(says: str) -> MediaError:
    return MediaError("ingest.bad_answer", f"The source {says}.")
