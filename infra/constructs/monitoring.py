"""An alarm for everything that needs a person, and the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.dashboard import ORPHAN_COUNTS, own_graphs, show
from infra.constructs.metrics import FIVE, OwnMetrics, throttles, waiting
from infra.constructs.nag import acknowledge
from infra.constructs.social_secrets import PLATFORMS
from infra.settings import StageSettings

if TYPE_CHECKING:
    from infra.constructs.event_log import EventLog
    from infra.constructs.http_api import HttpApi
    from infra.constructs.segment_stream import SegmentStream
    from infra.constructs.upload_queue import UploadQueue
    from infra.constructs.webhooks import Webhooks
    from infra.stacks.data_stack import DataStack

Metric = cloudwatch.IMetric


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is looked after."""

    data: DataStack
    uploads: UploadQueue
    stream: SegmentStream
    machine: sfn.StateMachine
    ranges: sfn.StateMachine
    search: sfn.StateMachine
    ingest: sfn.StateMachine
    deletion: sfn.StateMachine
    lipsync: sfn.StateMachine
    sync: sfn.StateMachine
    http: HttpApi
    events: EventLog
    webhooks: Webhooks
    functions: Mapping[str, lambda_.Function]


class Monitoring(Construct):
    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, watched: Watched
    ) -> None:
        super().__init__(scope, name)
        self._watched, self._own = watched, OwnMetrics(settings.service)
        self._topic = self._alarm_topic(settings)
        queue, http = watched.uploads.queue, watched.http.api
        self._age = queue.metric_approximate_age_of_oldest_message(period=FIVE)
        sources = (watched.uploads, watched.stream, watched.events)
        webhooks = watched.webhooks
        self._dead = [waiting(one.dead_letters) for one in sources]
        self._dead += [waiting(queue) for queue in (webhooks.unmatched, webhooks.unsent)]
        self._faults = http.metric_server_error(period=FIVE)
        self._throttles = throttles(watched.data)
        self._ring_for_events()
        self._ring_for_runs()
        self._ring_for_moments()
        self._ring_for_syncs()
        self._ring_for_ranges()
        self._ring_for_deletions()
        self._ring_for_webhooks()
        self._ring_for_calls()
        self._show()

    def _ring_for_events(self) -> None:
        """Uploads that do not start, and what follows from writes and is not done."""
        depth, unfollowed, untold, *_ = self._dead
        self._alarm("DeadLetters", depth, 1, "An upload could not be started: redrive the queue.")
        self._alarm("Unfollowed", unfollowed, 1, "A range was not cut, or a deletion not finished.")
        behind = self._watched.functions["FollowSegments"].metric(
            "IteratorAge", statistic="Maximum", period=FIVE
        )
        self._alarm("Untold", untold, 1, "A change was not told: see the dead letters of events.")
        for name in ("RecordEvents", "PublishEvents", "PushEvents"):
            age = self._watched.functions[name].metric(
                "IteratorAge", statistic="Maximum", period=FIVE
            )
            self._alarm(f"{name}Age", age, 60_000, "Events are told a minute late, or later.")
        # The stream forgets after a day.
        self._alarm("StreamAge", behind, 3_600_000, "New ranges and deletions wait for an hour.")
        waits = "Uploads wait: start_pipeline fails or is throttled."
        self._alarm("QueueAge", self._age, 300, waits)

    def _ring_for_runs(self) -> None:
        faults = self._own.one("RunFaults")
        self._alarm("RunFaults", faults, 1, "A run failed through a fault of ours.")
        overdue = self._watched.machine.metric_timed_out(period=FIVE)
        self._alarm("Overdue", overdue, 1, "A run hit the overall time limit.")
        reaped = self._own.one("RunsReaped")
        self._alarm("RunsReaped", reaped, 1, "A run stopped without an end, and was ended for it.")
        broken = self._watched.functions["ReapRuns"].metric_errors(period=FIVE)
        self._alarm("ReaperFaults", broken, 2, "The function that looks for stopped runs fails.")

    def _ring_for_ranges(self) -> None:
        reaped = self._own.one("RangesReaped")
        self._alarm("RangesReaped", reaped, 1, "A range's cut stopped without an end.")
        faults = self._own.one("RangeFaults")
        self._alarm("RangeFaults", faults, 1, "A range failed by a fault of ours.")
        late = self._watched.ranges.metric_timed_out(period=FIVE)
        self._alarm("RangeOverdue", late, 1, "The cut of a range hit its time limit.")
        reaped = self._own.one("IngestsReaped")
        self._alarm("IngestsReaped", reaped, 1, "The fetching of a URL stopped without an end.")
        faults = self._own.one("IngestFaults")
        self._alarm("IngestFaults", faults, 1, "A URL was not fetched by a fault of ours.")
        faults = self._own.one("LipSyncFaults")
        self._alarm("LipSyncFaults", faults, 1, "A lip-sync job failed by a fault of ours.")
        late = self._watched.lipsync.metric_timed_out(period=FIVE)
        self._alarm("LipSyncOverdue", late, 1, "A lip-sync job hit its time limit.")
        late = self._watched.ingest.metric_timed_out(period=FIVE)
        self._alarm("IngestOverdue", late, 1, "The fetching of a URL hit its time limit.")

    def _ring_for_syncs(self) -> None:
        late = self._watched.sync.metric_timed_out(period=FIVE)
        self._alarm("SyncOverdue", late, 1, "A look at posts hit its time limit.")
        for at in PLATFORMS:
            oldest = self._own.one("SocialOldestDue", "Maximum", platform=at)
            self._alarm(f"PostsOverdue-{at}", oldest, 6 * 3_600, f"Posts on {at} wait for hours.")
            failures = self._own.one("SocialFailures", platform=at)
            self._alarm(f"SocialFailures-{at}", failures, 20, f"{at} refuses or fails many calls.")
            refused = self._own.one("SocialAppRefused", platform=at)
            self._alarm(f"SocialApp-{at}", refused, 1, f"{at} refuses our app's credentials.")
            used = self._own.one("SocialQuotaUsed", "Maximum", platform=at)
            self._alarm(f"SocialQuota-{at}", used, 90, f"A limit on {at} is nearly used.")
        broken = self._watched.functions["PlanSocialSync"].metric_errors(period=FIVE)
        self._alarm("SyncPlanFaults", broken, 2, "The function that plans the sync fails.")

    def _ring_for_moments(self) -> None:
        faults = self._own.one("MomentFaults")
        self._alarm("MomentFaults", faults, 1, "Moments were not found by a fault of ours.")
        late = self._watched.search.metric_timed_out(period=FIVE)
        self._alarm("MomentsOverdue", late, 1, "A search for moments hit its time limit.")
        replaced = self._own.one("ModelsReplaced")
        self._alarm("ModelsReplaced", replaced, 5, "A model does not answer, or makes no sense.")

    def _ring_for_deletions(self) -> None:
        says = "A video was not deleted: its receipt says why."
        self._alarm("DeletionFaults", self._own.one("DeletionFaults"), 1, says)
        overdue = self._watched.deletion.metric_timed_out(period=FIVE)
        self._alarm("DeletionOverdue", overdue, 1, "A deletion hit its time limit.")
        for name, what in zip(ORPHAN_COUNTS, ("Objects", "Rows"), strict=True):
            says = f"{what} were found that belong to nothing, or name nothing: see the report."
            self._alarm(name, self._own.one(name), 1, says)
        broken = self._watched.functions["FindOrphans"].metric_errors(period=FIVE)
        self._alarm("OrphanFaults", broken, 1, "The function that looks for orphans fails.")

    def _ring_for_webhooks(self) -> None:
        """Ours only: a receiver that fails is its owner's, who is told in the API."""
        *_, unmatched, unsent = self._dead
        self._alarm("Unmatched", unmatched, 1, "An event was put on its way to no webhook.")
        self._alarm("Unsent", unsent, 1, "A delivery failed by a fault of ours, time and again.")
        for name, queue in self._webhook_queues().items():
            age = queue.metric_approximate_age_of_oldest_message(period=FIVE)
            self._alarm(f"{name}Age", age, 900, "Webhooks wait: the function fails or is slow.")
        broken = self._watched.functions["RetryWebhooks"].metric_errors(period=FIVE)
        self._alarm("RetryFaults", broken, 2, "The function that retries webhooks fails.")

    def _webhook_queues(self) -> dict[str, sqs.Queue]:
        webhooks = self._watched.webhooks
        return {"Matches": webhooks.matches, "Sends": webhooks.sends}

    def _ring_for_calls(self) -> None:
        self._alarm("ApiFaults", self._faults, 5, "The API answers with 5xx.")
        for table, metric in self._throttles.items():
            self._alarm(f"{table}Throttles", metric, 10, "The table refuses requests.")

    def _show(self) -> None:
        functions = self._watched.functions.values()
        latency = self._watched.http.api.metric_latency(period=FIVE)
        show(self, {
            **own_graphs(self._own),
            "Upload queue: oldest message (s)": [self._age],
            "Dead letters": [*self._dead],
            "Table throttles": list(self._throttles.values()),
            "API: 5xx and latency": [self._faults, latency],
            "Function errors": [one.metric_errors(period=FIVE) for one in functions],
        })  # fmt: skip

    def _alarm_topic(self, settings: StageSettings) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", enforce_ssl=not settings.local)
        acknowledge(topic, "SNS2", "Alarm texts hold no data of users.")
        if settings.local:
            acknowledge(topic, "SNS3", "The local cloud speaks plain HTTP, on loopback only.")
        if settings.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        return topic

    def _alarm(self, name: str, metric: Metric, threshold: float, says: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            f"{name}Alarm",
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=says,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
