"""The routes on FastAPI behind Mangum, written so that they are fast.

All are `async`, so that none waits for a thread, and Mangum sends no lifespan events.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from mangum import Mangum

from functions.domain.errors import CutroomError
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import segments as models
from functions.services.ownership import Caller
from tests.bench.api_peers import work

app = FastAPI(title="Cutroom")


def _caller(request: Request) -> Caller:
    return work.caller(request.scope["aws.event"])


@app.exception_handler(CutroomError)
async def _cutroom_error(_: Request, error: CutroomError) -> JSONResponse:
    return JSONResponse(work.problem(error), error.status, media_type=work.PROBLEM)


@app.exception_handler(RequestValidationError)
async def _validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
    refused = work.invalid([{**row, "loc": row["loc"][1:]} for row in error.errors()])
    return JSONResponse(work.problem(refused), refused.status, media_type=work.PROBLEM)


@app.get("/api/segments")
async def list_segments(
    request: Request, filters: Annotated[models.SegmentFilters, Query()]
) -> answers.SegmentList:
    return work.list_segments(_caller(request), filters)


@app.get("/api/segments/{segment_id}")
async def get_segment(request: Request, segment_id: str) -> answers.SegmentAnswer:
    return work.get_segment(_caller(request), segment_id)


@app.patch("/api/segments/{segment_id}")
async def edit_segment(
    request: Request, segment_id: str, body: models.EditSegment
) -> answers.SegmentAnswer:
    return work.edit_segment(_caller(request), segment_id, body)


lambda_handler = Mangum(
    app, lifespan="off", text_mime_types=["application/json", work.PROBLEM, "text/"]
)
