"""The transcriber: what holds for the fake, and for the client of Amazon Transcribe on what stands
in for it here, which really listens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from functions.adapters.amazon_transcriber import BUSY, AmazonTranscriber
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.transcripts.heard import read_heard
from functions.domain.transcripts.languages import LANGUAGES
from functions.domain.transcripts.options import IDENTIFY
from functions.domain.transcripts.ports import JobStatus, Transcriber, TranscriptionJob
from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.contract.simulators import ended, expect, heard, transcribe
from tests.documents import spoken
from tests.fakes.media import FakeMediaStore
from tests.fakes.scribes import FakeTranscriber
from tests.media.speech import HONEY, normal, said, tone, word_errors


@dataclass
class Desk:
    """A transcriber with sound in its bucket, and what it has written."""

    transcriber: Transcriber
    read: Any
    endpoint: str = ""

    def finish(self, job: TranscriptionJob) -> None:
        if isinstance(self.transcriber, FakeTranscriber):
            self.transcriber.complete(spoken(HONEY), name=job.name)
        assert ended(self.transcriber, job.name).status is JobStatus.COMPLETED

    def words(self, job: TranscriptionJob) -> list[str]:
        return [word.text for word in read_heard(self.read(job.output_key)).words]


@pytest.fixture(scope="session")
def simulator(bare_cloud: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with transcribe(bare_cloud, tmp_path_factory.mktemp("transcribe")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def sounds(
    bare_cloud: Emulator, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Keys of sound by what is heard."""
    folder = tmp_path_factory.mktemp("sounds")
    broken = folder / "broken.flac"
    broken.write_bytes(b"no sound at all" * 100)
    files = {
        "speech": said(HONEY, folder / "speech.flac"),
        "tone": tone(folder / "tone.flac"),
        "short": said("a", folder / "short.flac"),
        "broken": broken,
    }
    s3 = client(bare_cloud, "s3")
    for name, path in files.items():
        s3.upload_file(str(path), bucket, f"work/{name}.flac")
    return {name: f"work/{name}.flac" for name in files}


@pytest.fixture
def amazon(simulator: str, bucket: str) -> Desk:
    from functions.adapters.s3_media_store import S3MediaStore

    media = S3MediaStore(bucket)
    return Desk(AmazonTranscriber(bucket, simulator), media.read_json, simulator)


@pytest.fixture(params=["fake", "amazon"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "amazon":
        found: Desk = request.getfixturevalue("amazon")
        return found
    media = FakeMediaStore()
    return Desk(FakeTranscriber(media), media.read_json)


@pytest.fixture
def job(sounds: dict[str, str], fresh: str) -> TranscriptionJob:
    return TranscriptionJob(
        name=f"cutroom-test.{fresh}.x.0.1",
        media_key=sounds["speech"],
        output_key=f"media/{fresh}/heard.json",
        language="en-US",
    )


class TestTranscriber:
    def test_given_no_job_of_a_name_when_asked_then_none_is_known(
        self, desk: Desk, fresh: str
    ) -> None:
        assert desk.transcriber.state(f"cutroom-test.{fresh}") is None

    def test_given_a_job_when_it_ends_then_its_words_are_where_they_were_asked_for(
        self, desk: Desk, job: TranscriptionJob
    ) -> None:
        desk.transcriber.start(job)
        assert desk.transcriber.state(job.name) is not None

        desk.finish(job)

        reference = normal(HONEY)
        assert word_errors(reference, normal(" ".join(desk.words(job)))) <= len(reference) // 5

    def test_given_a_name_that_is_taken_when_started_then_nothing_happens(
        self, desk: Desk, job: TranscriptionJob
    ) -> None:
        desk.transcriber.start(job)
        desk.finish(job)

        desk.transcriber.start(replace(job, output_key="media/elsewhere.json"))

        state = desk.transcriber.state(job.name)
        assert state is not None
        assert state.status is JobStatus.COMPLETED


def test_given_a_started_job_when_started_again_then_it_is_listened_to_once(
    amazon: Desk, job: TranscriptionJob
) -> None:
    amazon.transcriber.start(job)
    amazon.transcriber.start(job)
    amazon.finish(job)
    amazon.transcriber.start(job)

    assert heard(amazon.endpoint).count(job.name) == 1


def test_given_no_language_when_written_down_then_it_is_told_which_was_heard(
    amazon: Desk, job: TranscriptionJob
) -> None:
    amazon.transcriber.start(replace(job, language=IDENTIFY, speakers=2))
    amazon.finish(job)

    state = amazon.transcriber.state(job.name)
    assert state is not None
    assert state.language == "en-US"
    assert read_heard(amazon.read(job.output_key)).language == "en-US"
    # Nothing here tells speakers apart, and nothing pretends to.
    assert {word.speaker for word in read_heard(amazon.read(job.output_key)).words} == {None}


def test_given_words_when_written_down_then_their_times_lie_in_the_sound_and_in_order(
    amazon: Desk, job: TranscriptionJob
) -> None:
    amazon.transcriber.start(job)
    amazon.finish(job)

    words = read_heard(amazon.read(job.output_key)).words
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert all(word.start <= word.end for word in words)
    assert all(0 < (word.confidence or 0) <= 1 for word in words)
    assert words[-1].end < 14_000


def test_given_nobody_who_speaks_when_written_down_then_there_are_no_words(
    amazon: Desk, job: TranscriptionJob, sounds: dict[str, str]
) -> None:
    amazon.transcriber.start(replace(job, media_key=sounds["tone"]))
    amazon.finish(job)

    assert amazon.words(job) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"language": "es-ES"}, "language"),
        ({"media_key": "work/short.flac"}, "length is too small"),
        ({"media_key": "work/broken.flac"}, "isn't valid"),
    ],
)
def test_given_what_cannot_be_written_down_when_tried_then_it_is_told_why(
    amazon: Desk, job: TranscriptionJob, change: dict[str, str], reason: str
) -> None:
    amazon.transcriber.start(replace(job, **change))

    state = ended(amazon.transcriber, job.name)

    assert state.status is JobStatus.FAILED
    assert reason in state.reason


@pytest.mark.parametrize(
    "change",
    [{"media_key": "work/no-such.flac"}, {"language": "xx-XX"}, {"speakers": 31},
     {"output_key": "media/ü.json"}],
)  # fmt: skip
def test_given_a_job_that_is_refused_when_started_then_it_is_told_what_to_do(
    amazon: Desk, job: TranscriptionJob, change: dict[str, Any]
) -> None:
    with pytest.raises(MediaError) as refused:
        amazon.transcriber.start(replace(job, **change))

    assert refused.value.code == "transcript.refused"
    assert amazon.transcriber.state(job.name) is None


def test_given_too_many_jobs_when_started_then_another_try_helps(
    amazon: Desk, job: TranscriptionJob
) -> None:
    # As often as the client tries by itself.
    expect(amazon.endpoint, match=job.name, limit_exceeded=4)

    with pytest.raises(UnavailableError) as busy:
        amazon.transcriber.start(job)

    assert busy.value.code == BUSY
    amazon.transcriber.start(job)
    amazon.finish(job)


def test_given_nobody_at_the_address_when_asked_then_another_try_may_help(
    bucket: str, job: TranscriptionJob
) -> None:
    away = AmazonTranscriber(bucket, "http://127.0.0.1:9")

    with pytest.raises(UnavailableError):
        away.start(job)
    with pytest.raises(UnavailableError):
        away.state(job.name)


def test_given_the_languages_of_the_service_when_compared_then_ours_are_just_those() -> None:
    shapes = boto3.client("transcribe", region_name="eu-west-1").meta.service_model

    assert set(LANGUAGES) == set(shapes.shape_for("LanguageCode").enum)
