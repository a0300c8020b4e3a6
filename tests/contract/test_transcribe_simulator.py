"""The simulator's own words: those of the service, as its client reads them."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.deployment import client
from infra.local.emulator import Emulator
from tests.contract.simulators import client_of, expect, transcribe
from tests.media.speech import tone


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wire")


@pytest.fixture(scope="module")
def media(bare_cloud: Emulator, bucket: str, home: Path) -> str:
    client(bare_cloud, "s3").upload_file(str(tone(home / "tone.flac")), bucket, "wire/tone.flac")
    return f"s3://{bucket}/wire/tone.flac"


def _job(name: str, media: str, **more: Any) -> dict[str, Any]:
    return {
        "TranscriptionJobName": name,
        "Media": {"MediaFileUri": media},
        "LanguageCode": "en-US",
        **more,
    }


def _refused(call: Any, **words: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as refused:
        call(**words)
    answer = refused.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return answer["Error"]["Code"], status, answer["Error"]["Message"]


def test_given_its_client_when_jobs_go_wrong_then_errors_are_the_services(
    bare_cloud: Emulator, bucket: str, home: Path, media: str, fresh: str
) -> None:
    with transcribe(bare_cloud, home / "errors") as endpoint:
        wire = client_of(endpoint)
        start = wire.start_transcription_job
        made = start(**_job(fresh, media))["TranscriptionJob"]

        assert made["TranscriptionJobStatus"] in {"QUEUED", "IN_PROGRESS"}
        assert made["Media"] == {"MediaFileUri": media}
        assert _refused(start, **_job(fresh, media))[:2] == ("ConflictException", 409)
        unknown = _refused(wire.get_transcription_job, TranscriptionJobName="no-such")
        assert unknown[:2] == ("NotFoundException", 404)
        missing = _refused(start, **_job("a", f"s3://{bucket}/no-such.flac"))
        assert missing[:2] == ("BadRequestException", 400)
        assert "can't be accessed" in missing[2]
        expect(endpoint, match="busy", limit_exceeded=10)
        assert _refused(start, **_job("busy", media))[:2] == ("LimitExceededException", 429)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"LanguageCode": "en"}, "languageCode"),
        ({"MediaFormat": "mkv"}, "mediaFormat"),
        ({"IdentifyLanguage": True}, "exactly one"),
        ({"Settings": {"ShowSpeakerLabels": True}}, "go together"),
        ({"OutputKey": "a.json"}, "OutputBucketName"),
    ],
)
def test_given_what_the_service_does_not_take_when_started_then_it_is_refused(
    simulated: Any, media: str, fresh: str, more: dict[str, Any], says: str
) -> None:
    code, status, message = _refused(
        simulated.start_transcription_job, **_job(fresh, media, **more)
    )

    assert (code, status) == ("BadRequestException", 400)
    assert says in message


def test_given_a_name_that_is_none_when_started_then_it_is_refused(
    simulated: Any, media: str
) -> None:
    code, _, message = _refused(simulated.start_transcription_job, **_job("a b", media))

    assert code == "BadRequestException"
    assert "transcriptionJobName" in message


@pytest.fixture(scope="module")
def simulated(bare_cloud: Emulator, home: Path) -> Any:
    with transcribe(bare_cloud, home / "one") as endpoint:
        yield client_of(endpoint)


def test_given_no_operation_of_the_service_when_called_then_it_is_refused(simulated: Any) -> None:
    request = urllib.request.Request(  # noqa: S310
        simulated.meta.endpoint_url, data=b"{}", headers={"X-Amz-Target": "Transcribe.Nothing"}
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310

    with refused.value as answer:
        assert answer.code == 400


def test_given_a_job_under_way_when_it_is_stopped_and_started_again_then_the_job_is_ended(
    bare_cloud: Emulator, home: Path, media: str, fresh: str
) -> None:
    """A local cloud that is stopped keeps what it has."""
    with transcribe(bare_cloud, home / "twice") as endpoint:
        expect(endpoint, match=fresh, delay_s=60)
        client_of(endpoint).start_transcription_job(**_job(fresh, media))

    with transcribe(bare_cloud, home / "twice") as endpoint:
        wire = client_of(endpoint)
        assert _refused(wire.start_transcription_job, **_job(fresh, media))[0] == (
            "ConflictException"
        )
        assert _ended(wire, fresh) == "COMPLETED"


def _ended(wire: Any, name: str) -> str:
    import time

    until = time.monotonic() + 60
    while time.monotonic() < until:
        job = wire.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
        if job["TranscriptionJobStatus"] in {"COMPLETED", "FAILED"}:
            return str(job["TranscriptionJobStatus"])
        time.sleep(0.2)
    raise AssertionError("the job runs on")
