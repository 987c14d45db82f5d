# SPDX-License-Identifier: Apache-2.0
"""The sessions of a checkpoint that is given up."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession

from mqtt_partitioned import end_sessions


def test_a_checkpoint_without_a_source_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(IllegalArgumentException, match="MQTT_NO_STORED_SOURCE"):
        end_sessions(spark, str(tmp_path))
