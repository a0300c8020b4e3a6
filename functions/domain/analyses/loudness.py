"""Loudness of a whole programme out of its moments (EBU R 128, ITU-R BS.1770-4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

_ABSOLUTE_GATE: Final = -70.0
_RELATIVE_GATE: Final = -10.0


def integrated(momentary: Sequence[int]) -> float | None:
    """LUFS to two digits, from loudness over 400 ms each 100 ms, in hundredths of LUFS.

    None where nothing reaches the absolute gate. Any order will do, so that what windows found is
    one after the other what one pass would have found.
    """
    audible = [value / 100 for value in momentary if value / 100 > _ABSOLUTE_GATE]
    if not audible:
        return None
    gate = _mean(audible) + _RELATIVE_GATE
    return round(_mean([value for value in audible if value > gate]), 2)


def _mean(values: Sequence[float]) -> float:
    """Of the powers, as a level; exact, so that no order matters."""
    return 10 * math.log10(math.fsum(10 ** (value / 10) for value in values) / len(values))
