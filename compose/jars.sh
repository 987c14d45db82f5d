#!/usr/bin/env sh
# Puts the jars of this project into /jars: those that were built already, else fresh ones.
set -eu
# built NAME: the jar of that name, without its version
built() {
  find connector/target examples/target -name "$1-[0-9]*.jar" ! -name '*-tests.jar' | grep .
}

cd /project
if ! built mqtt-partitioned || ! built mqtt-partitioned-examples; then
  # Not in the mounted folder: what root writes there is a nuisance.
  mkdir -p /build
  cp -R pom.xml connector examples benchmark README.md grafana /build
  cd /build
  mvn -q -B -ntp -DskipTests -pl connector,examples package
fi
cp "$(built mqtt-partitioned)" /jars/connector.jar
cp "$(built mqtt-partitioned-examples)" /jars/examples.jar
