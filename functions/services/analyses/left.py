"""What of a video's extras is left to make, and where what was made lies."""

from __future__ import annotations

from functions.domain.analyses.analysis import AnalysisPlan
from functions.domain.analyses.boundaries import Boundaries
from functions.domain.analyses.plan import ANALYSES
from functions.domain.analyses.result import AnalysisResult
from functions.domain.codec import from_plain
from functions.domain.cutting.segmentation import Mode
from functions.domain.errors import UnavailableError
from functions.domain.extras import Extra
from functions.domain.keys import analysis_folder, analysis_work
from functions.domain.media.ports import MediaStore
from functions.domain.runs.run import Stage
from functions.domain.video import Video
from functions.services.runs.stages import Context, StageWork

NEEDED = {Mode.SCENES: Extra.SCENES, Mode.SILENCE: Extra.SILENCE}
"""What the plan of a cut follows."""


def missing(work: StageWork) -> tuple[Extra, ...]:
    """What was asked for or is needed, and was not made yet, or is to be made again."""
    video, run = work.video, work.run
    again = run.redoes(Stage.ANALYSIS) and video.analysis_run != run.run_id
    made = () if again else video.analysed
    wanted = {*video.extras, NEEDED.get(video.segmentation.mode)}
    if not run.does(Stage.ANALYSIS):
        return ()
    return tuple(one for one in ANALYSES if one in wanted and one not in made)


def needed_first(work: StageWork) -> bool:
    """Whether the video cannot be planned before it was looked at."""
    return NEEDED.get(work.video.segmentation.mode) in missing(work)


def read_boundaries(context: Context, video: Video) -> Boundaries:
    """What cuts can follow. Raises UnavailableError while it was not looked for."""
    needed = NEEDED.get(video.segmentation.mode)
    if needed is not None and needed not in video.analysed:
        raise UnavailableError("pipeline.out_of_order", "The video was not looked at yet.")
    return read_result(context.media, video).boundaries


def read_result(media: MediaStore, video: Video) -> AnalysisResult:
    """What was made, nothing at first."""
    if video.analysis_key is None:
        return AnalysisResult()
    return from_plain(AnalysisResult, media.read_json(video.analysis_key))


def folder_of(video: Video) -> str:
    return analysis_folder(video.user_id, video.video_id, _etag(video))


def home_of(video: Video, analysis_id: str) -> str:
    """Where the files of one look lie; another look at the same puts them in the same place."""
    return f"{folder_of(video)}/{analysis_id.partition('-')[0]}"


def work_of(video: Video, analysis_id: str) -> str:
    return analysis_work(video.user_id, video.video_id, _etag(video), analysis_id)


def read_analysis_plan(context: Context, video: Video, analysis_id: str) -> AnalysisPlan:
    return from_plain(AnalysisPlan, context.media.read_json(plan_key_of(video, analysis_id)))


def plan_key_of(video: Video, analysis_id: str) -> str:
    return f"{work_of(video, analysis_id)}/plan.json"


def findings_key(video: Video, analysis_id: str, index: int) -> str:
    return f"{work_of(video, analysis_id)}/{index:04d}.json"


def moving_key(video: Video, analysis_id: str, index: int) -> str:
    return f"{work_of(video, analysis_id)}/{index:04d}.mjpeg"


def sheet_name(index: int, number: int) -> str:
    """A sheet of a window, both counted from 0."""
    return f"sheet-{index:04d}-{number:02d}.jpg"


def _etag(video: Video) -> str:
    return video.source.etag if video.source else "none"
