"""Files that came with a request: stored where they would have been sent to, so that their arrival
starts the job as any other does."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.services.lipsync.jobs import LipSyncDesk, audio_key, video_key

VIDEO = ""


def store_files(desk: LipSyncDesk, job: LipSyncJob, files: Mapping[str, bytes]) -> None:
    """By the name of their voice, the video's under VIDEO; nothing once the job goes on."""
    if job.status is not LipSyncStatus.AWAITING_UPLOADS:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for at, audio in enumerate(job.audios):
            if audio.file and audio.ref_id in files:
                path.write_bytes(files[audio.ref_id])
                desk.media.upload(path, audio_key(job, at), audio.file.content_type)
        if job.video_file and VIDEO in files:
            path.write_bytes(files[VIDEO])
            desk.media.upload(path, video_key(job), job.video_file.content_type)
