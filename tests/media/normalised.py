"""Texts to words as they are compared: run by the interpreter of `.local/speech`.

The normaliser is the one of Whisper's authors (Radford et al. 2022, Robust Speech Recognition via
Large-Scale Weak Supervision, appendix C), with which most word error rates are told today.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    from whisper_normalizer.english import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    sys.stdout.write(json.dumps([normal(text).split() for text in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
