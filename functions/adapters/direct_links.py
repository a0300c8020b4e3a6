"""URLs that lead to the file itself. Sites, whose pages do not, would be resolvers of their own."""

from __future__ import annotations


class DirectLinks:
    def media_url(self, url: str) -> str:
        return url
