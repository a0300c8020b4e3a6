"""What is wrong with a lip-sync request: all of it at once, each place by its pointer.

What is known without the files is held before anything is sent, what only they can tell once they
were probed: the same checks, with what was measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from functions.domain.errors import FieldError
from functions.domain.lipsync.asked import Audio, FileAnnounced, LipSyncAsked, Measured, SegmentData
from functions.domain.lipsync.generation import SyncOptions
from functions.domain.lipsync.rules import (
    LONGEST,
    MAX_AUDIOS,
    MAX_REGIONS,
    MAX_SCRIPT,
    OCCLUDING,
    TEMPERED,
    LipSyncLimits,
    LipSyncRules,
)
from functions.domain.times import Milliseconds, seconds

NOTHING_MEASURED = Measured()


def wrong_places(
    asked: LipSyncAsked,
    rules: LipSyncRules,
    limits: LipSyncLimits,
    measured: Measured = NOTHING_MEASURED,
) -> tuple[FieldError, ...]:
    """None of them where it can be done, as far as is known."""
    checks = _Checks(asked, rules, limits, measured)
    return tuple(
        FieldError(pointer, code, says)
        for part in (checks.video, checks.audios, checks.segments, checks.options, checks.regions)
        for pointer, code, says in part()
    )


_Found = Iterator[tuple[str, str, str]]


class _Checks:
    def __init__(
        self, asked: LipSyncAsked, rules: LipSyncRules, limits: LipSyncLimits, measured: Measured
    ) -> None:
        self._asked, self._rules, self._limits = asked, rules, limits
        self._measured = measured
        # The first of its name: a second one is a mistake of its own.
        self._named = {audio.ref_id: audio for audio in reversed(asked.audios)}

    def video(self) -> _Found:
        asked, limits = self._asked, self._limits
        if (asked.video_id is None) == (asked.video is None):
            says = "Name a video that is there by `video_id`, or a file to send by `video`."
            yield "/video", "one_of_video_id_and_video", says
        if asked.video:
            most, types = limits.max_video_bytes, self._rules.video_types
            yield from _file(asked.video, "/video", most, types)
        place = "/video" if asked.video else "/video_id"
        size = self._measured.video_bytes
        if not asked.video and size is not None and size > limits.max_video_bytes:
            says = f"It has {size} bytes; your plan allows {limits.max_video_bytes}."
            yield place, "too_large", says
        length = self._measured.video
        most_ms = min(limits.max_video, LONGEST.get(asked.model, limits.max_video))
        if length is not None and length > most_ms:
            yield place, "too_long", f"It lasts {_s(length)}; {_s(most_ms)} can be lip-synced."

    def audios(self) -> _Found:
        audios, used = self._asked.audios, {one.ref_id for one in self._asked.segments}
        if len(audios) > MAX_AUDIOS:
            yield "/audios", "too_many", f"Name {MAX_AUDIOS} voices at the most."
        times = Counter(audio.ref_id for audio in audios)
        for at, audio in enumerate(audios):
            place = f"/audios/{at}"
            if times[audio.ref_id] > 1:
                yield f"{place}/ref_id", "duplicate_ref_id", "Each voice needs a name of its own."
            if audio.ref_id not in used:
                yield f"{place}/ref_id", "unused_ref_id", "No range names it; leave it out."
            yield from self._audio(audio, place)

    def _audio(self, audio: Audio, place: str) -> _Found:
        if (audio.file is None) == (audio.speech is None):
            says = "Announce a file (`file_name`, `size`, `content_type`) or give `text`."
            yield place, "one_of_file_and_text", says
        if audio.file:
            most, types = self._limits.max_audio_bytes, self._rules.audio_types
            yield from _file(audio.file, place, most, types)
        if audio.speech and not 0 < len(audio.speech.text.strip()) <= MAX_SCRIPT:
            yield f"{place}/text", "text_length", f"A text has 1 to {MAX_SCRIPT} letters."
        length = self._measured.audio(audio.ref_id)
        if length is not None and length > self._limits.max_audio:
            says = f"It lasts {_s(length)}; an audio may last {_s(self._limits.max_audio)}."
            yield place, "too_long", says

    def segments(self) -> _Found:
        segments, most = self._asked.segments, self._limits.max_segments
        if not segments:
            yield "/segments", "missing", "Name one range at the least."
        if len(segments) > most:
            says = f"{len(segments)} ranges; your plan allows {most} in one job."
            yield "/segments", "too_many_segments", says
        for at, segment in enumerate(segments):
            yield from self._range(segment, f"/segments/{at}")
            yield from self._voice(segment, f"/segments/{at}/audio_input")
        yield from self._overlaps()

    def _range(self, segment: SegmentData, place: str) -> _Found:
        if segment.start < 0:
            yield f"{place}/start_time", "negative", "A range begins at 0 at the earliest."
        if segment.start >= segment.end:
            yield f"{place}/end_time", "start_after_end", "A range ends after it starts."
        elif segment.length < self._rules.min_range:
            says = f"A range lasts {_s(self._rules.min_range)} at the least."
            yield f"{place}/end_time", "too_short", says
        length = self._measured.video
        if length is not None and segment.end > length:
            says = f"The video lasts {_s(length)}; end before that."
            yield f"{place}/end_time", "beyond_video", says

    def _voice(self, segment: SegmentData, place: str) -> _Found:
        voice = self._named.get(segment.ref_id)
        if voice is None:
            says = "No audio of this request has this `ref_id`."
            yield f"{place}/ref_id", "unknown_ref_id", says
        start, end = segment.crop_start, segment.crop_end
        if (start is None) != (end is None):
            missing = "start_time" if start is None else "end_time"
            says = "A crop has a start and an end; leave both out to use all of the audio."
            yield f"{place}/{missing}", "half_a_crop", says
        if start is not None and end is not None:
            yield from self._crop(start, end, place)
        if voice and voice.speech and (start is not None or end is not None):
            says = "How long a spoken text lasts is not known before; use all of it."
            yield place, "crop_of_speech", says
        length = self._measured.audio(segment.ref_id)
        if length is not None and end is not None and end > length:
            yield f"{place}/end_time", "beyond_audio", f"The audio lasts {_s(length)}."

    def _crop(self, start: Milliseconds, end: Milliseconds, place: str) -> _Found:
        if start < 0:
            yield f"{place}/start_time", "negative", "A crop begins at 0 at the earliest."
        if start >= end:
            yield f"{place}/end_time", "start_after_end", "A crop ends after it starts."
        elif end - start < self._rules.min_range:
            says = f"A crop lasts {_s(self._rules.min_range)} at the least."
            yield f"{place}/end_time", "too_short", says

    def _overlaps(self) -> _Found:
        """Of those that have a length, each with the one that reaches furthest before it."""
        ranges = [(one.start, one.end, at) for at, one in enumerate(self._asked.segments)]
        reach: tuple[Milliseconds, int] | None = None
        for start, end, at in sorted(one for one in ranges if one[0] < one[1]):
            if reach and start < reach[0]:
                says = f"It begins before range {reach[1]} ends; ranges may touch, not overlap."
                yield f"/segments/{at}/start_time", "overlap", says
            if reach is None or end > reach[0]:
                reach = (end, at)

    def options(self) -> _Found:
        yield from self._options(self._asked.options, "/options")
        for at, segment in enumerate(self._asked.segments):
            if segment.options:
                yield from self._options(segment.options, f"/segments/{at}/options")

    def _options(self, options: SyncOptions, place: str) -> _Found:
        model = self._asked.model
        says = f"{model.value} does not know this option; leave it out."
        if options.temperature is not None and model not in TEMPERED:
            yield f"{place}/temperature", "option_unsupported", says
        if options.occlusion and model not in OCCLUDING:
            yield f"{place}/occlusion_detection", "option_unsupported", says

    def regions(self) -> _Found:
        removal = self._asked.text_removal
        if removal is None:
            return
        if not removal.regions and not removal.detect:
            says = "Name regions, or have text detected."
            yield "/text_removal", "nothing_to_remove", says
        if len(removal.regions) > MAX_REGIONS:
            says = f"Name {MAX_REGIONS} regions at the most."
            yield "/text_removal/regions", "too_many", says
        for at, one in enumerate(removal.regions):
            place = f"/text_removal/regions/{at}"
            if min(one.width, one.height) <= 0 or min(one.x, one.y) < 0:
                yield place, "empty_region", "A region has a place and a size."
            elif one.x + one.width > 1 or one.y + one.height > 1:
                yield place, "beyond_picture", "A region lies within the picture: 0 to 1."
            yield from self._region_times(one.start, one.end, place)

    def _region_times(
        self, start: Milliseconds | None, end: Milliseconds | None, place: str
    ) -> _Found:
        length = self._measured.video
        if start is not None and end is not None and start >= end:
            yield f"{place}/end_time", "start_after_end", "A region ends after it starts."
        if length is not None and start is not None and start >= length:
            yield f"{place}/start_time", "beyond_video", f"The video lasts {_s(length)}."
        if length is not None and end is not None and end > length:
            yield f"{place}/end_time", "beyond_video", f"The video lasts {_s(length)}."


def _file(file: FileAnnounced, place: str, most: int, types: tuple[str, ...]) -> _Found:
    if file.size > most:
        says = f"It has {file.size} bytes; your plan allows {most}."
        yield f"{place}/size", "too_large", says
    if file.content_type.partition(";")[0].strip().lower() not in types:
        says = f"Send one of: {', '.join(types)}."
        yield f"{place}/content_type", "unsupported_format", says


def _s(length: Milliseconds) -> str:
    return f"{seconds(length):g} s"
