"""SeaweedFS as S3 on this machine: another's implementation, on disk, that counts what it sends."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.emulator import CREDENTIALS, HOST
from infra.local.paths import LOCAL

WEED = LOCAL / "bench" / "peers" / "bin" / "weed"
_START_SECONDS = 60
_SENT = re.compile(r"^SeaweedFS_s3_bucket_traffic_sent_bytes_total\{[^}]*\} (\S+)$", re.M)
_ASKED = re.compile(r'^SeaweedFS_s3_request_total\{[^}]*type="GET"[^}]*\} (\S+)$', re.M)


@dataclass(frozen=True, slots=True)
class Seaweed:
    endpoint: str
    metrics: str

    def sent(self) -> int:
        """Bytes that were sent out of buckets."""
        return self._sum(_SENT)

    def requests(self) -> int:
        """Reads of objects."""
        return self._sum(_ASKED)

    def _sum(self, of: re.Pattern[str]) -> int:
        with urllib.request.urlopen(self.metrics, timeout=10) as answer:  # noqa: S310
            return sum(int(float(value)) for value in of.findall(answer.read().decode()))


@contextmanager
def seaweed(folder: Path) -> Iterator[Seaweed]:
    """Runs until the block ends; its data is in `folder`."""
    folder.mkdir(parents=True)
    ports = master, volume, filer, s3, metrics = _free_ports(5)
    keys = {
        "accessKey": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "secretKey": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    }
    who = {"name": "bench", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [who]}))
    words = {
        "dir": folder, "ip": HOST, "ip.bind": HOST, "volume.max": 0, "master.telemetry": "false",
        "master.port": master, "volume.port": volume, "filer.port": filer,
        "s3.port": s3, "s3.config": config, "s3.port.iceberg": 0, "s3.port.lance": 0,
        "metricsPort": metrics, "master.volumeSizeLimitMB": 4096,
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(WEED), "-logtostderr=true", "server", "-s3"]
            + [f"-{name}={value}" for name, value in words.items()],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    found = Seaweed(f"http://{HOST}:{s3}", f"http://{HOST}:{metrics}/metrics")
    try:
        _await(process, found.endpoint, folder / "log")
        yield found
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _remove_sockets(ports)


def _remove_sockets(ports: Iterable[int]) -> None:
    """It leaves them behind."""
    for port in ports:
        for number in (port, port + 10_000):
            for path in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):  # noqa: S108
                path.unlink()


def _free_ports(count: int) -> list[int]:
    """Each with the port 10,000 above it, which gRPC takes."""
    found: list[int] = []
    for port in range(21_000 + time.time_ns() % 20_000, 55_000):
        if _free(port) and _free(port + 10_000):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _await(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{endpoint}/healthz", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"SeaweedFS did not start:\n{log.read_text(errors='replace')[-2000:]}")
