"""The composition root of events: the log, the bus, who is connected (see `bootstrap`)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from functions.domain.events.ports import Connections, EventBus, EventLog, GoneVideos, Wires
from functions.domain.times import utc_now
from functions.services.events.push_events import Pushing
from functions.services.events.record_changes import Recording

if TYPE_CHECKING:
    from functions.adapters.user_tokens import UserPoolTokens
    from functions.runtime.event_settings import PushSettings, RecordSettings


@functools.cache
def event_log(events: str, marks: str | None = None) -> EventLog:
    from functions.adapters.dynamo.event_log import DynamoEventLog

    return DynamoEventLog(events, marks)


@functools.cache
def gone_videos(videos: str) -> GoneVideos:
    from functions.adapters.dynamo.gone_videos import DynamoGoneVideos

    return DynamoGoneVideos(videos)


@functools.cache
def connections(table: str) -> Connections:
    from functions.adapters.dynamo.connections import DynamoConnections

    return DynamoConnections(table)


@functools.cache
def event_bus(name: str) -> EventBus:
    from functions.adapters.event_bus import EventBridgeBus

    return EventBridgeBus(name)


@functools.cache
def wires(endpoint: str) -> Wires:
    from functions.adapters.socket_wires import SocketWires

    return SocketWires(endpoint)


@functools.cache
def user_tokens(user_pool_id: str, client_id: str) -> UserPoolTokens:
    from functions.adapters.user_tokens import UserPoolTokens

    return UserPoolTokens(user_pool_id, client_id)


def recording(settings: RecordSettings) -> Recording:
    return Recording(
        log=event_log(settings.events_table, settings.event_marks_table),
        videos=gone_videos(settings.videos_table),
        clock=utc_now,
    )


def pushing(settings: PushSettings) -> Pushing:
    return Pushing(
        log=event_log(settings.events_table),
        connections=connections(settings.connections_table),
        wires=wires(settings.socket_endpoint),
        clock=utc_now,
    )
