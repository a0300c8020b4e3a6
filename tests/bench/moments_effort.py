"""`python -m tests.bench.moments_effort SENTENCES`: what finding moments takes, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time

from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.grounding import ground
from functions.domain.moments.moment import MomentOptions
from tests.media.talks import TALKS, sentences_of, spoken


def main() -> None:
    every = [sentences_of(topic) for talk in TALKS.values() for topic in talk]
    topics: list[list[str]] = []
    while sum(map(len, topics)) < int(sys.argv[1]):
        topics.append(every[len(topics) % len(every)])
    said = spoken(topics, word=300, pause=200)
    begun = time.process_time()
    drafts = ground(
        EmbeddedGenerator().generate(said, MomentOptions(count=20)).items,
        said,
        MomentOptions(count=20),
    )
    told = {
        "sentences": len(said.sentences),
        "hours": said.words[-1].end / 3_600_000,
        "cpu_s": time.process_time() - begun,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "found": len(drafts),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
