"""Where objects live in the bucket.

uploads/{user_id}/…                  what users send; the only watched prefix
media/{user_id}/{video_id}/…         what we make and keep
work/{user_id}/{video_id}/…          half-way pieces; a lifecycle rule clears them
syncs/…                              posts that are looked at together; cleared as pieces are
reports/orphans/…                    what was found to belong to nothing; for operators
"""

from __future__ import annotations

from dataclasses import dataclass

UPLOADS = "uploads"
MEDIA = "media"
WORK = "work"
REPORTS = "reports"
LIPSYNC = "lipsync"
SYNCS = "syncs"


@dataclass(frozen=True, slots=True)
class UploadKey:
    """A key under the watched prefix, taken apart. EventBridge keys are not URL-encoded."""

    user_id: str
    name: str

    @property
    def file_name(self) -> str:
        return self.name.rsplit("/", 1)[-1]


def parse_upload_key(key: str) -> UploadKey | None:
    """None for what is no file of a user: other prefixes, folder markers, a missing user."""
    prefix, _, rest = key.partition("/")
    user_id, _, name = rest.partition("/")
    if prefix != UPLOADS or not user_id or not name or name.endswith("/"):
        return None
    return UploadKey(user_id, name)


def work_prefix(user_id: str, video_id: str) -> str:
    """All half-way pieces of a video."""
    return f"{WORK}/{user_id}/{video_id}/"


def video_in(key: str) -> str | None:
    """The video that an object of ours belongs to; None for what is not under media/ or work/."""
    top, *rest = key.split("/", 3)
    return rest[1] if top in {MEDIA, WORK} and len(rest) == 3 else None


def stands_alone(key: str) -> bool:
    """Whether an object under media/ is a document or a rendition that is of its video as a whole,
    and not the file of a segment, which a row names."""
    folder, _, rest = key.split("/", 3)[3].partition("/")
    whole = folder.startswith(("analysis-", "hls-")) or folder in {"transcript", "moments"}
    return not rest or whole or rest == "plan.json"


def orphan_search_key() -> str:
    """How far the latest search for orphans is."""
    return f"{REPORTS}/orphans/latest.json"


def orphans_key(search_id: str, part: int) -> str:
    """What a search has found, in parts."""
    return f"{REPORTS}/orphans/{search_id}/{part:06d}.json"


def upload_key(user_id: str, video_id: str) -> str:
    return f"{UPLOADS}/{user_id}/{video_id}/source"


def voices_prefix(user_id: str, video_id: str) -> str:
    """All voices that were sent for a video."""
    return f"{UPLOADS}/{user_id}/{LIPSYNC}/{video_id}/"


def voice_key(user_id: str, video_id: str, job_id: str, index: int) -> str:
    """A voice on its way in, by its place in the job."""
    return f"{voices_prefix(user_id, video_id)}{job_id}/{index:02d}"


@dataclass(frozen=True, slots=True)
class VoiceName:
    """What a voice is for, as its name under a user's uploads says."""

    video_id: str
    job_id: str


def parse_voice_name(name: str) -> VoiceName | None:
    """None for what is no voice."""
    match name.split("/"):
        case [folder, video_id, job_id, place] if folder == LIPSYNC:
            whole = video_id and job_id and len(place) == 2 and place.isdecimal()
            return VoiceName(video_id, job_id) if whole else None
    return None


def lipsync_work(user_id: str, video_id: str, job_id: str) -> str:
    """Half-way pieces of a job."""
    return f"{work_prefix(user_id, video_id)}{LIPSYNC}-{job_id}"


def is_piece_of_run(key: str) -> bool:
    """Whether a half-way piece of a video is a run's: those of lip-sync jobs outlive all runs."""
    return not key.split("/", 3)[3].startswith(f"{LIPSYNC}-")


def lipsync_key(user_id: str, video_id: str, segment_id: str) -> str:
    return f"{range_folder(user_id, video_id, segment_id)}/lipsync.mp4"


def probe_key(user_id: str, video_id: str, etag: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/probe-{etag}.json"


def plan_prefix(user_id: str, video_id: str, plan_id: str) -> str:
    """All that a cut makes."""
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/"


def plan_key(user_id: str, video_id: str, plan_id: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/plan.json"


def segment_key(user_id: str, video_id: str, plan_id: str, number: int, extension: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/{number:06d}.{extension}"


def thumbnail_key(user_id: str, video_id: str, plan_id: str, number: int) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/{number:06d}.jpg"


def audio_key(user_id: str, video_id: str, plan_id: str, extension: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/audio.{extension}"


def poster_key(user_id: str, video_id: str, plan_id: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/{plan_id}/poster.jpg"


def analysis_folder(user_id: str, video_id: str, etag: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/analysis-{etag}"


def analysis_work(user_id: str, video_id: str, etag: str, analysis_id: str) -> str:
    """What windows found, until it is one."""
    return f"{WORK}/{user_id}/{video_id}/analysis-{etag}/{analysis_id}"


def hls_folder(user_id: str, video_id: str, etag: str) -> str:
    """A rendition's pieces, their headers, and the list of them."""
    return f"{MEDIA}/{user_id}/{video_id}/hls-{etag}"


def hls_work(user_id: str, video_id: str, etag: str, hls_id: str) -> str:
    """What windows wrote, until it is one."""
    return f"{WORK}/{user_id}/{video_id}/hls-{etag}/{hls_id}"


def proxy_key(user_id: str, video_id: str, etag: str) -> str:
    """A small copy of the whole video."""
    return f"{MEDIA}/{user_id}/{video_id}/proxy-{etag}.mp4"


def transcript_key(user_id: str, video_id: str, version: int, digest: str) -> str:
    """Named by what it says, too: of two that write the same version, neither harms the other."""
    return f"{MEDIA}/{user_id}/{video_id}/transcript/{version:06d}-{digest}.json"


def heard_key(user_id: str, video_id: str, transcription_id: str, index: int) -> str:
    """What the transcriber wrote of one window, as it wrote it: it is never asked twice."""
    return f"{MEDIA}/{user_id}/{video_id}/transcript/heard-{transcription_id}-{index:04d}.json"


def speech_key(user_id: str, video_id: str, transcription_id: str, index: int) -> str:
    """The sound of one window, as the transcriber takes it."""
    return f"{WORK}/{user_id}/{video_id}/speech-{transcription_id}/{index:04d}.flac"


def range_folder(user_id: str, video_id: str, segment_id: str) -> str:
    """All that belongs to a range."""
    return f"{MEDIA}/{user_id}/{video_id}/{segment_id}"


def proposals_key(user_id: str, video_id: str, digest: str) -> str:
    """What was proposed as moments: it is never asked for twice."""
    return f"{MEDIA}/{user_id}/{video_id}/moments/{digest}.json"


def moment_answer_key(user_id: str, video_id: str, generation_id: str, digest: str) -> str:
    """A model's answer for one window, until all are one."""
    return f"{WORK}/{user_id}/{video_id}/moments-{generation_id}/{digest}.json"


def range_plan_key(user_id: str, video_id: str, segment_id: str) -> str:
    return f"{range_folder(user_id, video_id, segment_id)}/plan.json"


def range_key(user_id: str, video_id: str, segment_id: str, extension: str) -> str:
    return f"{range_folder(user_id, video_id, segment_id)}/segment.{extension}"


def range_thumbnail_key(user_id: str, video_id: str, segment_id: str) -> str:
    return f"{range_folder(user_id, video_id, segment_id)}/thumbnail.jpg"


def captions_key(user_id: str, video_id: str, digest: str) -> str:
    return f"{MEDIA}/{user_id}/{video_id}/captions-{digest}.json"


def audio_piece_key(user_id: str, video_id: str, plan_id: str, number: int, extension: str) -> str:
    return f"{WORK}/{user_id}/{video_id}/{plan_id}/{number:06d}.{extension}"


def chunk_key(user_id: str, video_id: str, plan_id: str, number: int, start: int, end: int) -> str:
    """Named by its times (ms): another division into chunks has other names."""
    return f"{WORK}/{user_id}/{video_id}/{plan_id}/{number:06d}-{start}-{end}.mp4"
