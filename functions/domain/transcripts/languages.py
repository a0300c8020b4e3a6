"""The languages a transcript can be asked for in, and how their words are put together.

Source: the codes of Amazon Transcribe's batch jobs; `tests/contract` holds them against its model.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_CODES: Final = """
ab-GE af-ZA am-ET ar-AE ar-SA ast-ES az-AZ ba-RU be-BY bg-BG bn-IN bs-BA ca-ES ckb-IQ ckb-IR cs-CZ
cy-GB cy-WL da-DK de-CH de-DE el-GR en-AB en-AU en-GB en-IE en-IN en-NZ en-US en-WL en-ZA es-ES
es-MX es-US et-EE et-ET eu-ES fa-AF fa-IR fi-FI fr-CA fr-FR ga-IE gd-GB gl-ES gu-IN ha-NG he-IL
hi-IN hr-HR ht-HT hu-HU hy-AM id-ID is-IS it-IT ja-JP jv-ID ka-GE kab-DZ kk-KZ km-KH kn-IN ko-KR
ky-KG lg-IN lt-LT lv-LV mhr-RU mi-NZ mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM ne-NP nl-NL no-NO
or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU rw-RW si-LK sk-SK sl-SI so-SO sq-AL sr-RS su-ID
sv-SE sw-BI sw-KE sw-RW sw-TZ sw-UG ta-IN te-IN th-TH tl-PH tr-TR tt-RU ug-CN uk-UA uz-UZ vi-VN
wo-SN zh-CN zh-HK zh-TW zu-ZA
"""
LANGUAGES: Final = tuple(_CODES.split())
# What a language alone stands for, where there are several of it.
_USUAL: Final = {
    "ar": "ar-SA", "ckb": "ckb-IQ", "cy": "cy-GB", "de": "de-DE", "en": "en-US", "es": "es-ES",
    "et": "et-EE", "fa": "fa-IR", "fr": "fr-FR", "pt": "pt-BR", "sw": "sw-KE", "zh": "zh-CN",
}  # fmt: skip
_BY_NAME: Final = {code.lower(): code for code in LANGUAGES}
_BY_LANGUAGE: Final = {**{code.partition("-")[0]: code for code in LANGUAGES}, **_USUAL}
# Written without spaces between words.
_UNSPACED: Final = frozenset({"ja", "zh", "th", "km", "my"})


def language_code(name: str) -> str | None:
    """The code of a language, told whole or without its country; None where there is none."""
    wanted = name.strip().replace("_", "-").lower()
    return _BY_NAME.get(wanted) or _BY_LANGUAGE.get(wanted)


def between_words(language: str) -> str:
    """What stands between two words of a language."""
    return "" if language.partition("-")[0].lower() in _UNSPACED else " "


def joined(words: Iterable[str], language: str) -> str:
    return between_words(language).join(words)
