"""Jobs: taken, written down one after the other, told of. They outlive the process."""

from __future__ import annotations

import json
import logging
import queue
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.simulators.transcribe import contract
from infra.local.simulators.transcribe.cloud import LocalCloud
from infra.local.simulators.transcribe.document import document
from infra.local.simulators.transcribe.listener import Listener, UnheardError

logger = logging.getLogger(__name__)
_OPEN: Final = {"QUEUED", "IN_PROGRESS"}
_ECHOED: Final = ("LanguageCode", "IdentifyLanguage", "MediaFormat", "MediaSampleRateHertz",
                  "Media", "Settings", "Subtitles", "Tags")  # fmt: skip
_HEARD: Final = "en-US"
Record = dict[str, Any]


@dataclass
class Faults:
    """What is to go wrong with jobs whose name contains `match`; each number counts down."""

    match: str
    limit_exceeded: int = 0
    drop_events: int = 0
    delay_s: float = 0.0
    reasons: list[str] = field(default_factory=list)


class Jobs:
    def __init__(self, cloud: LocalCloud, listener: Listener, note: Path) -> None:
        self._cloud, self._listener, self._note = cloud, listener, note
        self._lock = threading.RLock()
        self._faults: list[Faults] = []
        self._waiting: queue.Queue[str] = queue.Queue()
        self._records: dict[str, Record] = json.loads(note.read_text()) if note.exists() else {}
        self.heard: list[str] = []
        """Names of jobs whose sound was listened to."""
        for name, record in self._records.items():
            if record["TranscriptionJobStatus"] in _OPEN:
                self._waiting.put(name)
        threading.Thread(target=self._work, daemon=True).start()

    def expect(self, faults: Faults) -> None:
        with self._lock:
            self._faults.append(faults)

    def start(self, request: Mapping[str, Any]) -> Record:
        contract.check("StartTranscriptionJob", request)
        name = request["TranscriptionJobName"]
        with self._lock:
            if name in self._records:
                raise contract.conflict()
            if self._spend(name, "limit_exceeded"):
                raise contract.limit_exceeded()
            self._require_media(request)
            now = time.time()
            self._records[name] = {
                "TranscriptionJobName": name,
                "TranscriptionJobStatus": "QUEUED",
                "CreationTime": now,
                "_output": _output(request),
                **{key: request[key] for key in _ECHOED if key in request},
            }
            self._keep()
        self._waiting.put(name)
        return self.get(name)

    def get(self, name: str) -> Record:
        with self._lock:
            if name not in self._records:
                raise contract.not_found()
            return {k: v for k, v in self._records[name].items() if not k.startswith("_")}

    def delete(self, name: str) -> None:
        with self._lock:
            if name not in self._records:
                raise contract.not_found()
            if self._records[name]["TranscriptionJobStatus"] in _OPEN:
                raise contract.bad_request(
                    "The job that you requested couldn't be deleted because it isn't in a "
                    "terminal state. Try your request again when it has ended."
                )
            self._records.pop(name)
            self._keep()

    def _require_media(self, request: Mapping[str, Any]) -> None:
        size = self._cloud.size(*_place(request["Media"].get("MediaFileUri", "")))
        if size is None:
            raise contract.bad_request(
                "The S3 URI that you provided can't be accessed. Make sure that you have read "
                "permission and try your request again."
            )
        if size > contract.MAX_BYTES:
            raise contract.bad_request(
                "The input file that you specified exceeds the maximum size of 2048.00 Mb. "
                "Try again with a smaller file."
            )

    def _work(self) -> None:
        while True:
            name = self._waiting.get()
            try:
                self._run(name)
            except (ClientError, BotoCoreError, OSError) as error:
                logger.exception("job broke")
                self._end(name, reason=f"Internal failure: {type(error).__name__}")

    def _run(self, name: str) -> None:
        with self._lock:
            record = self._records.get(name)
            if record is None:
                return
            record |= {"TranscriptionJobStatus": "IN_PROGRESS", "StartTime": time.time()}
            delay = sum(one.delay_s for one in self._faults if one.match in name)
            reason = self._reason(name)
        time.sleep(delay)
        reason = reason or self._written(name, record)
        self._end(name, reason=reason)

    def _written(self, name: str, record: Record) -> str | None:
        """Why it was not, if so."""
        asked = record.get("LanguageCode")
        if asked and not asked.startswith("en-"):
            return f"The language code {asked} is not supported here: only English is heard."
        with tempfile.TemporaryDirectory() as folder:
            media = Path(folder) / "media"
            self._cloud.fetch(*_place(record["Media"]["MediaFileUri"]), media)
            self.heard.append(name)
            try:
                words = self._listener.listen(media)
            except UnheardError as error:
                return str(error)
        language = None if asked else _HEARD
        self._cloud.write(record["_output"], document(name, words, language))
        return None

    def _end(self, name: str, *, reason: str | None) -> None:
        with self._lock:
            record = self._records.get(name)
            if record is None:
                return
            record["CompletionTime"] = time.time()
            record["TranscriptionJobStatus"] = "FAILED" if reason else "COMPLETED"
            if reason:
                record["FailureReason"] = reason
            else:
                record.setdefault("LanguageCode", _HEARD)
                bucket, key = record["_output"]
                uri = f"https://s3.us-east-1.amazonaws.com/{bucket}/{key}"
                record["Transcript"] = {"TranscriptFileUri": uri}
            self._keep()
            dropped = self._spend(name, "drop_events")
        if not dropped:
            self._ring(name, record["Media"]["MediaFileUri"], completed=reason is None)

    def _ring(self, name: str, media: str, *, completed: bool) -> None:
        try:
            self._cloud.ring(name, media, completed=completed)
        except (ClientError, BotoCoreError):
            logger.exception("event not delivered")

    def _spend(self, name: str, what: str) -> bool:
        for faults in self._faults:
            if faults.match in name and getattr(faults, what) > 0:
                setattr(faults, what, getattr(faults, what) - 1)
                return True
        return False

    def _reason(self, name: str) -> str | None:
        for faults in self._faults:
            if faults.match in name and faults.reasons:
                return faults.reasons.pop(0)
        return None

    def _keep(self) -> None:
        half = self._note.with_suffix(".half")
        half.write_text(json.dumps(self._records))
        half.replace(self._note)


def _place(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`, or of an address by path."""
    parts = urlsplit(uri)
    if parts.scheme == "s3":
        return parts.netloc, parts.path.lstrip("/")
    bucket, _, key = parts.path.lstrip("/").partition("/")
    return bucket, key


def _output(request: Mapping[str, Any]) -> tuple[str, str]:
    """Where the result goes; without a bucket, where nobody is asked to look."""
    name = request["TranscriptionJobName"]
    bucket = request.get("OutputBucketName") or _place(request["Media"]["MediaFileUri"])[0]
    key = request.get("OutputKey") or f"{name}.json"
    return bucket, f"{key}{name}.json" if key.endswith("/") else key
