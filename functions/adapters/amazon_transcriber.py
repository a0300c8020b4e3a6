"""The Transcriber port on Amazon Transcribe, or on what keeps its contract at another address."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client_at, error_code, unavailable
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.transcripts.options import IDENTIFY
from functions.domain.transcripts.ports import JobState, JobStatus, TranscriptionJob
from functions.domain.transcripts.transcription import Transcription, job_name

BUSY: Final = "dependency.busy"
"""As many jobs run as the account may run: waiting helps."""
_WHAT: Final = "The transcriber"
_STATUS: Final = {"COMPLETED": JobStatus.COMPLETED, "FAILED": JobStatus.FAILED}
_REFUSED: Final = {"BadRequestException", "ValidationException"}
_BUSY: Final = {"LimitExceededException", "ThrottlingException"}
_UNKNOWN: Final = "NotFoundException"
# What is asked for a job that is not there has been answered so, too.
_NOT_FOUND: Final = "couldn't be found"


class AmazonTranscriber:
    """`bucket` is where sound and results lie."""

    def __init__(self, bucket: str, endpoint: str) -> None:
        self._bucket, self._endpoint = bucket, endpoint

    @property
    def _client(self) -> Any:
        return client_at("transcribe", self._endpoint)

    def start(self, job: TranscriptionJob) -> None:
        try:
            self._client.start_transcription_job(
                TranscriptionJobName=job.name,
                Media={"MediaFileUri": f"s3://{self._bucket}/{job.media_key}"},
                MediaFormat="flac",
                OutputBucketName=self._bucket,
                OutputKey=job.output_key,
                **_language(job),
                **_settings(job),
            )
        except ClientError as error:
            if error_code(error) != "ConflictException":
                raise _failed(error) from error
        except BotoCoreError as error:
            raise unavailable(_WHAT, error) from error

    def state(self, name: str) -> JobState | None:
        try:
            answer = self._client.get_transcription_job(TranscriptionJobName=name)
        except ClientError as error:
            if error_code(error) == _UNKNOWN or _NOT_FOUND in str(error):
                return None
            raise _failed(error) from error
        except BotoCoreError as error:
            raise unavailable(_WHAT, error) from error
        job = answer["TranscriptionJob"]
        return JobState(
            status=_STATUS.get(job["TranscriptionJobStatus"], JobStatus.RUNNING),
            reason=job.get("FailureReason", ""),
            language=job.get("LanguageCode"),
        )


class AmazonTranscriptionJobs:
    """Jobs whose results nobody wants any more; `prefix` begins the names of ours."""

    def __init__(self, endpoint: str, prefix: str) -> None:
        self._endpoint, self._prefix = endpoint, prefix

    def forget(self, of: Transcription) -> bool:
        transcribe = client_at("transcribe", self._endpoint)
        try:
            transcribe.delete_transcription_job(TranscriptionJobName=job_name(self._prefix, of))
        except ClientError as error:
            if error_code(error) == _UNKNOWN or _NOT_FOUND in str(error):
                return True
            if error_code(error) in _REFUSED:
                return False
            raise unavailable(_WHAT, error) from error
        except BotoCoreError as error:
            raise unavailable(_WHAT, error) from error
        return True


def _language(job: TranscriptionJob) -> dict[str, Any]:
    if job.language == IDENTIFY:
        return {"IdentifyLanguage": True}
    return {"LanguageCode": job.language}


def _settings(job: TranscriptionJob) -> dict[str, Any]:
    if job.speakers is None:
        return {}
    return {"Settings": {"ShowSpeakerLabels": True, "MaxSpeakerLabels": job.speakers}}


def _failed(error: ClientError) -> MediaError | UnavailableError:
    code = error_code(error)
    if code in _BUSY:
        return UnavailableError(BUSY, f"{_WHAT} has too much to do ({code}); try again.")
    if code in _REFUSED:
        return MediaError(
            "transcript.refused",
            "The sound of this video cannot be written down with these options. Start the "
            "pipeline again with another language for the transcript.",
        )
    return unavailable(_WHAT, error)
