# SPDX-License-Identifier: Apache-2.0
"""The broker of the tests, and a publisher."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
NO_MATCHING_SUBSCRIBERS = 0x10


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def await_answer(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    """Wait until somebody listens on a port of 127.0.0.1."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"{process.args!r}: {output.read_text()}") from None
            time.sleep(0.1)


def eventually(
    condition: Callable[[], bool],
    alive: Callable[[], bool],
    report: Callable[[], object],
    seconds: float = 180,
) -> None:
    """Wait until a condition holds, as long as what brings it about is alive."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert alive(), report()
        assert time.monotonic() < deadline, report()
        time.sleep(0.1)


def written(spark: SparkSession, table: Path) -> list[tuple[str, str]]:
    """Return the rows that README's query has written."""
    table.mkdir(exist_ok=True)
    rows = spark.read.schema("topic string, json string").parquet(str(table)).collect()
    return [(row.topic, row.json) for row in rows]


@contextmanager
def running(command: list[str], output: Path, port: int) -> Iterator[None]:
    """Run a server, until the block ends."""
    with output.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        await_answer(port, process, output)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def mosquitto() -> str | None:
    """Return the mosquitto binary; Debian has it outside of most users' PATH."""
    return shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Run a mosquitto, or else the embedded broker of the examples, and give its URL."""
    port = free_port()
    binary = mosquitto()
    if binary is None:
        (jar,) = (ROOT / "examples/target").glob("mqtt-partitioned-examples-*.jar")
        command = ["java", "-jar", str(jar), "broker", "--port", str(port), "--dir", str(folder)]
    else:
        settings = folder / "mosquitto.conf"
        settings.write_text(
            f"listener {port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "max_queued_messages 0\n"
            "max_inflight_messages 0\n"
        )
        command = [binary, "-c", str(settings)]
    with running(command, folder / "broker.txt", port):
        yield f"tcp://127.0.0.1:{port}"


class Publisher:
    """Publishes at QoS 1, and waits for the broker's acknowledgements."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("tcp://").partition(":")
        self._acknowledged: dict[int, ReasonCode] = {}
        self._change = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.on_publish = self._on_publish
        self._client.connect(host, int(port))
        self._client.loop_start()

    def _on_publish(
        self, client: object, userdata: object, mid: int, reason: ReasonCode, properties: object
    ) -> None:
        with self._change:
            self._acknowledged[mid] = reason
            self._change.notify_all()

    def publish(self, topic: str, payloads: Iterable[str], seconds: float = 240) -> None:
        """Publish, the first message until the broker has a subscriber for it."""
        deadline = time.monotonic() + seconds
        matched = False
        for payload in payloads:
            while self._send(topic, payload) == NO_MATCHING_SUBSCRIBERS:
                assert not matched, f"{topic} has lost its subscriber"
                assert time.monotonic() < deadline, f"{topic} has no subscriber"
                time.sleep(0.1)
            matched = True

    def _send(self, topic: str, payload: str) -> int:
        mid = self._client.publish(topic, payload, qos=1).mid
        with self._change:
            assert self._change.wait_for(lambda: mid in self._acknowledged, timeout=30)
            return self._acknowledged.pop(mid).value

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def connect_server(folder: Path, *arguments: str) -> Iterator[str]:
    """Run a Connect server of pyspark's own distribution, and give its URL."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "spark-submit"),
        "--class=org.apache.spark.sql.connect.service.SparkConnectServer",
        "--master=local[2]",
        "--conf=spark.connect.grpc.binding.address=127.0.0.1",
        f"--conf=spark.connect.grpc.binding.port={port}",
        "--conf=spark.ui.enabled=false",
        *arguments,
        "spark-internal",
    ]
    with running(command, folder / "server.txt", port):
        yield f"sc://127.0.0.1:{port}"
