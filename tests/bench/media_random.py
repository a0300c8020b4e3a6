"""Smart cuts of ours and of smartcut at random times, frame by frame, by the frames' numbers."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.segmentation import Segmentation
from tests.bench.media_exact import cut_by_peer, cut_by_us
from tests.bench.media_files import plan_of
from tests.bench.rows import MissedError, Row
from tests.media.numbered import numbered, shown

FRAMES, RATE, GOP, LISTS, SEED = 1_500, 25, 75, 6, 4
LENGTHS_MS = (7_000, 20_000)


def random_rows() -> list[Row]:
    """Raises MissedError where a frame of ours is wrong."""
    with tempfile.TemporaryDirectory() as place:
        source = numbered(Path(place) / "numbered.mp4", "-g", str(GOP), "-bf", "3", frames=FRAMES)
        dice, ours, theirs, files = random.Random(SEED), 0, 0, 0
        for turn in range(LISTS):
            length = dice.randrange(*LENGTHS_MS)
            plan = plan_of(source, Segmentation(length=length, cut=Exactness.SMART), per_window=80)
            spans = [(one.start / 1000, one.end / 1000) for one in plan.segments]
            folders = [Path(place) / f"{who}-{turn}" for who in ("ours", "theirs")]
            for folder in folders:
                folder.mkdir()
            cut_by_us(source, plan, folders[0], as_asked=False)
            cut_by_peer("smartcut_cut.py", source, folders[1], spans)
            ours += _wrong(folders[0], spans)
            theirs += _wrong(folders[1], spans)
            files += len(spans)
    name = f"wrong frames, smart, {files} random segments"
    ratio = ours / theirs if theirs else None
    row = Row(name, ours, theirs, "smartcut 1.7", ratio, None, "frames")
    if ours:
        raise MissedError([row], [f"{ours} frames of random smart cuts are wrong"])
    return [row]


def _wrong(folder: Path, spans: list[tuple[float, float]]) -> int:
    """Missing, foreign and doubled frames."""
    files = sorted(folder.glob("*.mp4"), key=lambda path: int(path.stem))
    wrong = 0
    for path, (start, end) in zip(files, spans, strict=True):
        numbers = [frame.number for frame in shown(path)]
        due = {number for number in range(FRAMES) if start <= number / RATE < end}
        wrong += len(due - set(numbers)) + sum(number not in due for number in numbers)
        wrong += len(numbers) - len(set(numbers))
    return wrong
