"""The one private bucket for what users send and what we make."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import Retention, StageSettings


class MediaBucket(Construct):
    """Private, encrypted, TLS only, versioned outside `local`; tells EventBridge of new objects."""

    def __init__(self, scope: Construct, name: str, settings: StageSettings) -> None:
        super().__init__(scope, name)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=not settings.local,
            minimum_tls_version=None if settings.local else 1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=not settings.local,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=_lifecycle(settings.retention, versioned=not settings.local),
            cors=[_cors(settings)],
        )
        self._tell_event_bridge()
        acknowledge(
            self.bucket,
            "S1",
            "Access is by signed URLs and roles; CloudTrail data events are the account's.",
        )

        if settings.local:
            acknowledge(self.bucket, "S10", "The local cloud speaks plain HTTP, on loopback only.")

    def _tell_event_bridge(self) -> None:
        """On the resource itself: the construct's own switch adds a custom resource."""
        resource = self.bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)  # noqa: S101
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )


def _lifecycle(keep: Retention, *, versioned: bool) -> list[s3.LifecycleRule]:
    """One rule for each kind of what is kept for a time (see `Retention`)."""
    days, rule = Duration.days, s3.LifecycleRule
    rules = [
        rule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=days(keep.parts)),
        rule(id="half-way-pieces", prefix="work/", expiration=days(keep.work)),
        rule(id="syncs", prefix="syncs/", expiration=days(keep.work)),
        rule(id="reports", prefix="reports/", expiration=days(keep.reports)),
    ]
    if not versioned:
        return rules
    # What is removed leaves a mark, which stands there for ever once its versions are gone.
    return [
        *rules,
        *(
            rule(
                id=f"old-{prefix}",
                prefix=f"{prefix}/",
                noncurrent_version_expiration=days(kept),
            )
            for prefix, kept in (
                ("media", keep.replaced),
                ("work", keep.replaced_work),
                ("reports", keep.replaced_work),
                ("syncs", keep.replaced_work),
            )
        ),
        rule(id="marks-media", prefix="media/", expired_object_delete_marker=True),
    ]


def _cors(settings: StageSettings) -> s3.CorsRule:
    """A browser must read ETag to finish a multipart upload."""
    return s3.CorsRule(
        allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.PUT],
        allowed_origins=list(settings.cors_origins),
        allowed_headers=["*"],
        exposed_headers=["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
        max_age=3600,
    )
