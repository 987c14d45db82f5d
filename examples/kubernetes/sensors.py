# SPDX-License-Identifier: Apache-2.0
"""The query of the manifests beside it: JSON of sensors from MQTT to Parquet."""

import argparse

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("--brokerUrl", default="tcp://mosquitto:1883")
parser.add_argument("--username", default="spark")
parser.add_argument("--passwordFile", required=True)
parser.add_argument("--storeDir", required=True)
parser.add_argument("--ackMode", required=True, choices=["stored", "processed"])
parser.add_argument("--output", default="s3a://bucket/sensors")
arguments = vars(parser.parse_args())
output = arguments.pop("output")

spark = SparkSession.builder.appName("sensors").getOrCreate()
sensors = (spark.readStream
    .format("mqtt-partitioned")
    .options(topics="factory/#", partitions=4, **arguments)
    .load())
(sensors.selectExpr("topic", "cast(payload as string) json", "timestamp")
    .writeStream.format("parquet")
    .option("path", output + "/data").option("checkpointLocation", output + "/checkpoint")
    .trigger(processingTime="5 seconds")
    .start().awaitTermination())
