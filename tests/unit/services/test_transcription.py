"""A transcript from the wish to its words, and all that may come between."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from functions.domain.errors import MediaError, NotFoundError, UnavailableError
from functions.domain.runs.stage import Stage
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.transcripts.transcript import Transcript
from functions.domain.transcripts.transcription import KEPT, WaitState, window_id
from functions.services.transcripts.await_transcription import await_transcription
from functions.services.transcripts.correct_transcript import correct_transcript
from functions.services.transcripts.extract_speech import extract_speech
from functions.services.transcripts.fail_transcript import fail_transcript
from functions.services.transcripts.finish_transcript import finish_transcript
from functions.services.transcripts.plan_transcript import TranscriptToDo, plan_transcription
from functions.services.transcripts.reading import read_transcript
from functions.services.transcripts.settle_transcription import GIVEN_UP, follow, look_around
from functions.services.transcripts.transcription import Scribes
from tests.builders import RUN, VIDEO, make_caller, make_probe, make_silent
from tests.documents import spoken, transcribed
from tests.fakes.prober import FakeProber
from tests.fakes.scribes import (
    FakeSpeechExtractor,
    FakeTokens,
    FakeTranscriber,
    FakeTranscriptionStore,
    scribes_of,
)
from tests.fakes.world import World

IDS = {"video_id": VIDEO, "run_id": RUN}
ASKED = TranscriptOptions(language="en-US")
TOO_LITTLE = (
    "Your audio file must have a speech segment long enough in duration to perform automatic "
    "language identification. Provide an audio file with someone speaking for a longer period of "
    "time and try your request again."
)


@dataclass
class Studio:
    """A world whose video is to be written down."""

    world: World = field(default_factory=World)
    rows: FakeTranscriptionStore = field(default_factory=FakeTranscriptionStore)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    extractor: FakeSpeechExtractor = field(default_factory=FakeSpeechExtractor)

    def __post_init__(self) -> None:
        self.transcriber = FakeTranscriber(self.world.media)

    @property
    def scribes(self) -> Scribes:
        return scribes_of(self.transcriber, self.rows, self.tokens, self.world.clock)

    def probed(self, options: TranscriptOptions = ASKED, *, silent: bool = False) -> Studio:
        if silent:
            self.world.prober = FakeProber(make_silent(make_probe()))
        self.world.queue(transcription=options)
        self.world.claim()
        self.world.probe()
        return self

    def plan(self) -> TranscriptToDo:
        return plan_transcription(self.world.context, **IDS)

    def extract(self, to_do: TranscriptToDo, index: int = 0) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            return extract_speech(
                self.world.context,
                self.extractor,
                Path(folder),
                lambda: False,
                transcription_id=to_do.transcription_id,
                index=index,
                **IDS,
            )

    def wait(self, to_do: TranscriptToDo, who: str = "token") -> bool:
        self.tokens.waiting.add(who)
        return await_transcription(
            self.world.context,
            self.scribes,
            transcription_id=to_do.transcription_id,
            index=0,
            token=who,
            **IDS,
        )

    def finish(self, to_do: TranscriptToDo) -> int:
        return finish_transcript(
            self.world.context,
            self.rows,
            "fake",
            transcription=to_do.transcription_id,
            **IDS,
        )

    def started(self) -> TranscriptToDo:
        to_do = self.plan()
        assert self.extract(to_do)
        self.wait(to_do)
        return to_do

    def made(self, document: object = None) -> TranscriptToDo:
        to_do = self.started()
        self.transcriber.complete(document)
        follow(self.scribes, self.transcriber.last)
        self.finish(to_do)
        return to_do

    def read(self) -> Transcript:
        said = read_transcript(self.world.context, self.world.video())
        assert said is not None
        return said

    def texts(self) -> list[str]:
        return [word.text for word in self.read().words]

    def change(self, **fields: object) -> None:
        """What another part of the product does to the video meanwhile."""
        self.world.videos.save(replace(self.world.video(), **fields))

    def row(self, to_do: TranscriptToDo):
        row = self.rows.get(VIDEO, window_id(to_do.transcription_id, 0))
        assert row is not None
        return row


@pytest.fixture
def studio() -> Studio:
    return Studio()


def test_given_speech_when_written_down_then_the_video_has_a_first_version(studio: Studio):
    studio.probed().made()

    said, video = studio.read(), studio.world.video()
    assert studio.texts() == ["Hello", "there.", "How", "are", "you?"]
    assert [said.text_of(one) for one in said.sentences] == ["Hello there.", "How are you?"]
    assert (said.version, said.engine, said.language) == (1, "fake", "en-US")
    assert (video.transcript_version, video.transcript_error) == (1, None)
    assert studio.tokens.told == [("token", {"heard": True})]
    assert studio.world.run().times(Stage.TRANSCRIPT).finished_at is not None


def test_given_an_identified_language_when_written_down_then_it_is_the_transcripts(studio: Studio):
    studio.probed(TranscriptOptions()).made(transcribed(language_code="de-DE"))

    assert studio.read().language == "de-DE"


def test_given_no_wish_when_planned_then_nothing_is_done(studio: Studio):
    studio.probed(TranscriptOptions(wanted=False))

    assert studio.plan() == TranscriptToDo()
    assert studio.world.plan_look().transcript is False
    assert studio.transcriber.jobs == {}


def test_given_no_sound_when_written_down_then_the_transcript_is_empty_and_nobody_was_asked(
    studio: Studio,
):
    to_do = studio.probed(silent=True).plan()

    assert to_do.windows == ()
    assert studio.finish(to_do) == 0
    assert (studio.read().words, studio.read().sentences) == ((), ())
    assert studio.transcriber.jobs == {}


def test_given_silence_when_listened_to_then_nobody_is_asked_and_the_transcript_is_empty(
    studio: Studio,
):
    to_do = studio.probed().plan()
    studio.extractor.silent = True

    assert studio.extract(to_do) is False
    assert studio.extract(to_do) is False
    assert len(studio.extractor.jobs) == 1
    studio.finish(to_do)
    assert studio.read().words == ()


def test_given_the_same_options_when_run_again_then_nothing_is_written_down_twice(studio: Studio):
    studio.probed().made()

    assert studio.plan() == TranscriptToDo()
    assert studio.world.plan_look().transcript is False
    assert len(studio.transcriber.jobs) == 1


def test_given_other_options_when_run_again_then_the_next_version_follows(studio: Studio):
    studio.probed().made()
    studio.change(transcription=TranscriptOptions(language="es-ES", speakers=2))

    studio.made(spoken("Hola"))

    assert (studio.texts(), studio.read().version) == (["Hola"], 2)
    job = studio.transcriber.jobs[studio.transcriber.last]
    assert (job.language, job.speakers) == ("es-ES", 2)


def test_given_options_of_before_when_asked_for_again_then_what_was_heard_is_read_again(
    studio: Studio,
):
    studio.probed().made()
    studio.change(transcription=TranscriptOptions(language="es-ES"))
    studio.made(spoken("Hola"))
    studio.change(transcription=ASKED)

    to_do = studio.plan()

    assert to_do.windows == ()
    studio.finish(to_do)
    assert (studio.texts()[0], studio.read().version) == ("Hello", 3)
    assert len(studio.transcriber.jobs) == 2


def test_given_each_step_twice_when_run_then_nothing_is_doubled(studio: Studio):
    to_do = studio.probed().plan()
    assert studio.plan() == to_do
    studio.extract(to_do)
    assert studio.extract(to_do)
    assert len(studio.extractor.jobs) == 1
    studio.wait(to_do, "first")
    studio.wait(to_do, "second")
    studio.transcriber.complete()
    assert follow(studio.scribes, studio.transcriber.last)
    assert follow(studio.scribes, studio.transcriber.last)
    studio.finish(to_do)
    studio.finish(to_do)

    assert len(studio.transcriber.jobs) == 1
    assert studio.tokens.told == [("second", {"heard": True})]
    assert studio.read().version == 1


def test_given_a_token_that_nobody_waits_for_when_told_then_that_is_no_error(studio: Studio):
    studio.probed().started()
    studio.tokens.waiting.clear()
    studio.transcriber.complete()

    assert follow(studio.scribes, studio.transcriber.last)
    assert studio.tokens.told == []


def test_given_a_job_that_ended_before_its_token_was_noted_when_noted_then_it_is_told(
    studio: Studio,
):
    """A worker that died between the job and the end of its own work is called again."""
    to_do = studio.probed().started()
    studio.transcriber.complete()

    assert studio.wait(to_do, "again")
    assert studio.tokens.told == [("again", {"heard": True})]


@pytest.mark.parametrize(
    "name",
    ["somebody-elses-job", "cutroom-test", "cutroom-test.a.b", "cutroom-test.v.t.x.1",
     "cutroom-other.v.t.0.1", "cutroom-test.v.t.0.1"],
)  # fmt: skip
def test_given_an_event_of_no_job_of_ours_when_followed_then_nothing_happens(
    studio: Studio, name: str
):
    studio.probed().started()

    assert follow(studio.scribes, name) is False
    assert studio.tokens.told == []


def test_given_an_event_of_an_earlier_attempt_when_followed_then_nothing_happens(studio: Studio):
    to_do = studio.probed().started()
    first = studio.transcriber.last
    studio.transcriber.fail("The media is broken.")
    follow(studio.scribes, first)
    studio.wait(to_do, "next")

    assert follow(studio.scribes, first) is False
    assert studio.transcriber.last != first
    assert [token for token, _ in studio.tokens.told] == ["token"]


def test_given_an_event_that_comes_early_when_followed_then_the_wait_goes_on(studio: Studio):
    to_do = studio.probed().started()

    assert follow(studio.scribes, studio.transcriber.last) is False
    assert studio.row(to_do).state is WaitState.WAITING


def test_given_a_lost_event_when_somebody_looks_around_then_the_end_is_found(studio: Studio):
    to_do = studio.probed().started()
    studio.transcriber.complete()

    assert look_around(studio.scribes) == 0
    studio.world.clock.now += timedelta(seconds=61)
    assert look_around(studio.scribes) == 1

    assert studio.tokens.told == [("token", {"heard": True})]
    assert studio.row(to_do).state is WaitState.OVER
    assert look_around(studio.scribes) == 0


def test_given_a_long_job_when_looked_at_then_it_is_left_alone_for_a_while(studio: Studio):
    to_do = studio.probed().started()
    studio.world.clock.now += timedelta(seconds=61)

    assert look_around(studio.scribes) == 0

    assert studio.row(to_do).check_at > studio.world.clock.now + timedelta(seconds=50)
    assert studio.tokens.told == []


def test_given_a_job_without_end_when_looked_at_then_it_is_given_up_some_day(studio: Studio):
    to_do = studio.probed().started()
    studio.world.clock.now += GIVEN_UP + timedelta(minutes=1)

    assert look_around(studio.scribes) == 1
    assert studio.row(to_do).state is WaitState.OVER


def test_given_a_worker_killed_before_the_job_began_when_looked_at_then_the_task_is_tried_again(
    studio: Studio,
):
    to_do = studio.probed().plan()
    studio.extract(to_do)
    studio.transcriber.refuses = UnavailableError("dependency.unavailable", "Gone.")
    with pytest.raises(UnavailableError):
        studio.wait(to_do)
    studio.world.clock.now += timedelta(seconds=61)

    look_around(studio.scribes)

    assert studio.tokens.told == [("token", "transcript.lost")]
    studio.wait(to_do, "again")
    assert studio.transcriber.last.endswith(".0.1")


def test_given_a_lost_job_that_nobody_waits_for_when_looked_at_then_its_row_is_closed(
    studio: Studio,
):
    to_do = studio.probed().started()
    studio.transcriber.states.clear()
    studio.tokens.waiting.clear()
    studio.world.clock.now += timedelta(seconds=61)

    look_around(studio.scribes)

    assert studio.row(to_do).state is WaitState.OVER


def test_given_one_row_that_cannot_be_looked_at_when_others_can_then_they_are(studio: Studio):
    to_do = studio.probed().started()
    other = replace(studio.row(to_do), video_id="other", version=0, check_at=studio.world.clock())
    studio.rows.save(replace(other, task_token="others"))
    studio.tokens.waiting.add("others")
    studio.transcriber.complete()
    calls = studio.transcriber.state

    def state(name: str):
        if ".other." in name:
            raise UnavailableError("dependency.unavailable", "Not now.")
        return calls(name)

    studio.transcriber.state = state  # type: ignore[method-assign]
    studio.world.clock.now += timedelta(seconds=61)

    with pytest.raises(UnavailableError):
        look_around(studio.scribes)

    assert studio.tokens.told == [("token", {"heard": True})]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("The language code es-ES is not supported here.", "transcript.language_unsupported"),
        ("Unsupported media format.", "transcript.refused"),
    ],
)
def test_given_a_job_that_fails_when_told_then_by_a_code_that_a_user_can_act_on(
    studio: Studio, reason: str, code: str
):
    to_do = studio.probed().started()
    studio.transcriber.fail(reason)

    assert follow(studio.scribes, studio.transcriber.last)
    assert studio.tokens.told == [("token", code)]
    assert studio.row(to_do).state is WaitState.OVER


def test_given_a_failed_job_when_run_again_then_another_one_is_started(studio: Studio):
    to_do = studio.probed().started()
    studio.transcriber.fail("Internal failure")
    follow(studio.scribes, studio.transcriber.last)

    studio.wait(to_do, "again")
    studio.transcriber.complete()
    follow(studio.scribes, studio.transcriber.last)
    studio.finish(to_do)

    assert [name.rsplit(".", 1)[1] for name in studio.transcriber.jobs] == ["1", "2"]
    assert studio.texts()[0] == "Hello"


def test_given_too_little_speech_to_tell_its_language_when_failed_then_it_is_heard_as_english(
    studio: Studio,
):
    to_do = studio.probed(TranscriptOptions()).started()
    studio.transcriber.fail(TOO_LITTLE)

    assert follow(studio.scribes, studio.transcriber.last) is False
    assert studio.tokens.told == []
    job = studio.transcriber.jobs[studio.transcriber.last]
    assert job.language == "en-US"
    studio.transcriber.complete()
    follow(studio.scribes, studio.transcriber.last)
    studio.finish(to_do)

    assert (studio.texts()[0], studio.read().language) == ("Hello", "en-US")


@pytest.mark.parametrize(
    "reason",
    [
        TOO_LITTLE,
        "The input media file length is too small. Minimum audio duration is 0.500000 "
        "milliseconds. Check the length of the file and try your request again.",
    ],
)
def test_given_no_speech_in_a_known_language_when_failed_then_the_transcript_is_empty(
    studio: Studio, reason: str
):
    to_do = studio.probed().started()
    studio.transcriber.fail(reason)

    assert follow(studio.scribes, studio.transcriber.last)
    assert studio.tokens.told == [("token", {"heard": True})]
    studio.finish(to_do)
    assert studio.read().words == ()


def test_given_a_failure_when_noted_then_the_video_says_so_and_goes_on(studio: Studio):
    studio.probed()
    before = studio.world.video().status

    fail_transcript(
        studio.world.context, error="Permanent", code="transcript.refused", detail="No.", **IDS
    )

    video = studio.world.video()
    assert video.transcript_error is not None
    assert (video.transcript_error.code, video.transcript_error.stage) == (
        "transcript.refused",
        "transcript",
    )
    assert (video.status, video.error) == (before, None)
    assert studio.world.run().times(Stage.TRANSCRIPT).finished_at is not None


@pytest.mark.parametrize(
    ("error", "code"),
    [("States.Timeout", "transcript.timed_out"), ("Runtime.ExitError", "transcript.internal")],
)
def test_given_a_failure_without_a_code_when_noted_then_it_has_one(
    studio: Studio, error: str, code: str
):
    studio.probed()

    failure = fail_transcript(studio.world.context, error=error, code=None, detail=None, **IDS)

    assert failure.code == code


def test_given_an_earlier_failure_when_made_after_all_then_it_is_forgotten(studio: Studio):
    studio.probed()
    fail_transcript(studio.world.context, error="x", code=None, detail=None, **IDS)

    studio.made()

    assert studio.world.video().transcript_error is None


def _correct(studio: Studio, text: str) -> None:
    def change(_: object, said: Transcript) -> Transcript:
        first = replace(said.words[0], text=text) if said.words else None
        return replace(said, words=(first, *said.words[1:]) if first else ())

    correct_transcript(
        make_caller(),
        VIDEO,
        change,
        videos=studio.world.videos,
        media=studio.world.media,
        now=studio.world.clock(),
    )


def test_given_a_correction_when_run_again_then_it_is_not_written_over(studio: Studio):
    studio.probed().made()
    _correct(studio, "Howdy")
    studio.change(transcription=TranscriptOptions(language="en-GB"))

    assert studio.plan() == TranscriptToDo()
    assert (studio.texts()[0], studio.read().version) == ("Howdy", 2)


def test_given_a_correction_while_a_run_writes_down_when_that_ends_then_the_correction_stays(
    studio: Studio,
):
    studio.probed().made()
    studio.change(transcription=TranscriptOptions(language="en-GB"))
    to_do = studio.started()
    _correct(studio, "Howdy")
    studio.transcriber.complete(spoken("Good day"))
    follow(studio.scribes, studio.transcriber.last)

    studio.finish(to_do)

    assert (studio.texts()[0], studio.read().version) == ("Howdy", 2)


def test_given_a_correction_between_reading_and_writing_when_finished_then_it_stays(
    studio: Studio,
):
    studio.probed().made()
    studio.change(transcription=TranscriptOptions(language="en-GB"))
    to_do = studio.started()
    studio.transcriber.complete(spoken("Good day"))
    studio.world.videos.before_save = lambda: _correct(studio, "Howdy")

    studio.finish(to_do)

    assert (studio.texts()[0], studio.read().version) == ("Howdy", 2)
    # What no row came to name is not left behind.
    kept = [key for key in studio.world.media.objects if "/transcript/000002" in key]
    assert kept == [studio.world.video().transcript_key]


def test_given_a_correction_when_it_may_be_replaced_then_the_next_version_is_the_engines(
    studio: Studio,
):
    studio.probed().made()
    _correct(studio, "Howdy")
    studio.world.videos.save(studio.world.video().transcribed_as(None, anew=True))

    to_do = studio.plan()
    assert to_do.windows == ()
    studio.finish(to_do)

    assert (studio.texts()[0], studio.read().version) == ("Hello", 3)
    assert len(studio.transcriber.jobs) == 1


def test_given_a_video_that_is_deleted_meanwhile_when_finished_then_that_is_told(studio: Studio):
    to_do = studio.probed().started()
    studio.transcriber.complete()
    studio.world.videos._rows.clear()

    with pytest.raises(NotFoundError):
        studio.finish(to_do)


def test_given_a_document_that_is_none_when_finished_then_it_is_refused(studio: Studio):
    to_do = studio.probed().started()
    studio.transcriber.complete({"results": "?"})
    follow(studio.scribes, studio.transcriber.last)

    with pytest.raises(MediaError):
        studio.finish(to_do)

    assert studio.world.video().transcript_key is None


def test_given_a_lost_connection_when_finished_then_the_video_names_nothing_that_is_not_there(
    studio: Studio,
):
    to_do = studio.probed().started()
    studio.transcriber.complete()
    follow(studio.scribes, studio.transcriber.last)
    studio.world.media.refuse.add(".json")
    with pytest.raises(UnavailableError):
        studio.finish(to_do)
    assert studio.world.video().transcript_key is None

    studio.finish(to_do)

    assert studio.read().version == 1


def test_given_rows_of_jobs_when_kept_then_as_long_as_their_names_are_taken():
    assert timedelta(days=90) <= KEPT
