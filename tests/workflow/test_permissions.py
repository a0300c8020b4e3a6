"""Each function may do what it is for; the local cloud holds it to that."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.cloud import Cloud


def session(cloud: Cloud, handler: str) -> boto3.Session:
    """The rights of a function, by the role that it runs in."""
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    (role,) = {
        function["Role"]
        for page in pages
        for function in page["Functions"]
        if function["Handler"] == f"functions.handlers.{handler}.lambda_handler"
    }
    taken = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        region_name=cloud.outputs.region,
    )


def client(cloud: Cloud, handler: str, service: Any) -> Any:
    endpoint = cloud.outputs.aws_endpoint_url
    return session(cloud, handler).client(service, endpoint_url=endpoint)


@pytest.mark.parametrize("handler", ["fail_run", "start_pipeline", "finish_run", "fail_range"])
def test_given_a_function_that_needs_no_source_when_it_reads_one_then_it_is_refused(
    cloud: Cloud, ready: dict[str, Any], handler: str
) -> None:
    key = cloud.announced_key(ready["video_id"])

    with pytest.raises(ClientError) as caught:
        client(cloud, handler, "s3").get_object(Bucket=cloud.outputs.media_bucket, Key=key)

    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_given_the_probe_when_it_reads_a_source_then_it_may_but_not_write_it(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    s3, bucket = client(cloud, "probe_source", "s3"), cloud.outputs.media_bucket
    key = cloud.announced_key(ready["video_id"])

    assert s3.get_object(Bucket=bucket, Key=key)["ContentLength"] > 0
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key=key, Body=b"mine now")

    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_given_a_stage_when_it_starts_executions_then_it_is_refused(cloud: Cloud) -> None:
    steps = client(cloud, "cut_window", "stepfunctions")

    with pytest.raises(ClientError) as caught:
        steps.start_execution(stateMachineArn=cloud.outputs.state_machine_arn, input="{}")

    assert caught.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
