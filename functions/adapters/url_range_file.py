"""A source behind a signed URL, or a file on this disk, as a file to seek in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import urllib3

from functions.adapters.range_file import RangeFile

_TIMEOUT = urllib3.Timeout(connect=5, read=30)
_PART = 206
# A connection that was kept may have been closed meanwhile.
_ONCE_MORE = urllib3.Retry(None, connect=0, read=1, redirect=3, status=0, other=0)


class UnreadError(Exception):
    """The source did not give what it was asked for: `status` is its answer, 502 where there was
    none."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the source answered {status}")
        self.status = status


class UrlRangeFile(RangeFile):
    """Gives up soon: whoever reads, tries again. Raises UnreadError."""

    def __init__(self, url: str, size: int, needed: Sequence[range] = ()) -> None:
        super().__init__(size, needed)
        self._url = url
        self._pool = urllib3.PoolManager(retries=_ONCE_MORE, timeout=_TIMEOUT)

    def close(self) -> None:
        self._pool.clear()
        super().close()

    def _fetch(self, first: int, last: int) -> bytes:
        if not self._url.startswith("http"):
            with Path(self._url).open("rb") as file:
                file.seek(first)
                return file.read(last - first + 1)
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        try:
            answer = self._pool.request("GET", self._url, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise UnreadError(502) from error
        if answer.status != _PART or len(answer.data) != last - first + 1:
            raise UnreadError(answer.status if answer.status >= 400 else 502)
        return answer.data
