"""What can go wrong at the lip-sync provider, in our words, with what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.domain.lipsync.codes import FAILED, KINDS, PREFIXES, REQUEST, Remedy


@dataclass(frozen=True, slots=True)
class SyncTrouble:
    """`code` is stable and ours, `detail` is for the user; `provider_code` is the provider's own,
    None where it gave none."""

    code: str
    detail: str
    remedy: Remedy
    provider_code: str | None = None


KNOWN_CODES: Final = frozenset(KINDS)


def trouble_of(provider_code: str | None, *, otherwise: Remedy = Remedy.TRY_AGAIN) -> SyncTrouble:
    """What a code of the provider's means. One that nobody has described, or none at all, is a
    failure on its side, or a refusal where `otherwise` is to give up."""
    name = provider_code or ""
    usual = REQUEST if otherwise is Remedy.GIVE_UP else FAILED
    begun = next((kind for prefix, kind in PREFIXES if name.startswith(prefix)), usual)
    code, remedy, detail = KINDS.get(name, begun)
    return SyncTrouble(code, detail, remedy, provider_code or None)


def rejection_of(provider_code: str | None) -> SyncTrouble:
    """A generation that the provider refused to work on: no other try would be taken."""
    known = trouble_of(provider_code, otherwise=Remedy.GIVE_UP)
    if provider_code in KINDS and known.remedy is Remedy.GIVE_UP:
        return known
    return SyncTrouble(
        "lipsync.rejected",
        "The lip-sync provider rejects this content. Its rules on what may be made apply.",
        Remedy.GIVE_UP,
        provider_code or None,
    )
