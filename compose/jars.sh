#!/usr/bin/env sh
# Puts the jars of this project into /jars: those that were built already, else fresh ones.
set -eu
connector='connector/target/mqtt-partitioned-[0-9]*.jar'
benchmark='benchmark/target/mqtt-partitioned-benchmark-[0-9]*.jar'
cd /project
if ! ls $connector $benchmark >/dev/null 2>&1; then
  # Not in the mounted folder: what root writes there is a nuisance.
  mkdir -p /build
  cp -R pom.xml connector benchmark README.md grafana /build
  cd /build
  mvn -q -B -ntp -DskipTests package
fi
cp $connector /jars/connector.jar
cp $benchmark /jars/benchmark.jar
cp benchmark/target/original-mqtt-partitioned-benchmark-*.jar /jars/query.jar
