"""A transcript on a deployed cloud, written where a transcriber's would lie."""

from __future__ import annotations

import json

from functions.domain.keys import transcript_key
from functions.domain.times import utc_now
from functions.domain.transcripts.document import KeptTranscript, MadeBy, to_document
from functions.domain.transcripts.transcript import Transcript
from tests.support.cloud import Cloud


def write_transcript(cloud: Cloud, video_id: str, said: Transcript, user: str = "pro") -> None:
    """Over the one that a video has, if any. No run writes over it: it counts as a correction."""
    key = transcript_key(cloud.user(user).user_id, video_id, said.version, "written")
    kept = KeptTranscript(transcript=said, made_at=utc_now(), made_by=MadeBy.USER)
    body = json.dumps(to_document(kept)).encode()
    cloud.client("s3").put_object(Bucket=cloud.outputs.media_bucket, Key=key, Body=body)
    dynamodb = cloud.client("dynamodb")
    tables = dynamodb.list_tables()["TableNames"]
    (videos,) = (name for name in tables if "TablesVideos" in name)
    dynamodb.update_item(
        TableName=videos,
        Key={"video_id": {"S": video_id}},
        UpdateExpression="SET transcript_key = :key, transcript_version = :to, "
        "transcript_corrected = :yes ADD #version :one",
        ConditionExpression="attribute_exists(video_id)",
        ExpressionAttributeNames={"#version": "version"},
        ExpressionAttributeValues={
            ":key": {"S": key},
            ":to": {"N": str(said.version)},
            ":one": {"N": "1"},
            ":yes": {"BOOL": True},
        },
    )
