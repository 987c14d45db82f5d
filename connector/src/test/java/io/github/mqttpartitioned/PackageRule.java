// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.List;
import java.util.Map;

/**
 * What one package of the connector may use of the others.
 *
 * @param name below the root package, which is empty itself
 * @param mayUse names of the packages that it may use
 */
record PackageRule(String name, List<String> mayUse) {

  /** Every package, after those that it may use. docs/architecture.md shows this list. */
  static final List<PackageRule> ALL =
      List.of(
          new PackageRule("error"),
          new PackageRule("mqtt.pem"),
          new PackageRule("mqtt.websocket"),
          new PackageRule("mqtt", "error", "mqtt.pem", "mqtt.websocket"),
          new PackageRule("mqtt.credentials", "error", "mqtt"),
          new PackageRule("option", "error", "mqtt", "mqtt.credentials"),
          new PackageRule("block", "error", "mqtt"),
          new PackageRule("store.lmdb", "error", "mqtt", "block"),
          new PackageRule("store", "error", "mqtt", "block", "store.lmdb"),
          new PackageRule("receiver.inbound", "mqtt", "option", "block"),
          new PackageRule(
              "receiver",
              "error",
              "mqtt",
              "mqtt.credentials",
              "option",
              "block",
              "store",
              "receiver.inbound"),
          new PackageRule("sender", "error", "mqtt", "mqtt.credentials", "option"),
          new PackageRule("metrics", "error", "receiver", "sender"),
          new PackageRule("cluster", "error", "option"),
          new PackageRule("cluster.coordinator", "error", "option", "block", "receiver", "cluster"),
          new PackageRule(
              "cluster.rpc",
              "error",
              "mqtt",
              "mqtt.credentials",
              "option",
              "block",
              "receiver",
              "cluster",
              "cluster.coordinator"),
          new PackageRule(
              "cluster.node",
              "error",
              "option",
              "block",
              "store",
              "receiver",
              "metrics",
              "cluster",
              "cluster.coordinator",
              "cluster.rpc"),
          new PackageRule("spark.vector", "error", "mqtt", "option", "block"),
          new PackageRule(
              "spark.read",
              "error",
              "block",
              "store",
              "metrics",
              "cluster",
              "cluster.rpc",
              "cluster.node",
              "spark.vector"),
          new PackageRule("spark.compat", "error"),
          new PackageRule("sparkplug", "mqtt"),
          new PackageRule("spark.sparkplug", "error", "spark.compat", "sparkplug"),
          new PackageRule(
              "spark.executor",
              "error",
              "mqtt.credentials",
              "option",
              "block",
              "store",
              "cluster",
              "cluster.coordinator",
              "cluster.rpc",
              "cluster.node",
              "spark.read",
              "spark.compat"),
          new PackageRule("spark.checkpoint", "error", "mqtt", "option", "cluster"),
          new PackageRule("spark.stream.plan", "error", "option", "block", "receiver"),
          new PackageRule(
              "spark.stream",
              "error",
              "mqtt",
              "mqtt.credentials",
              "option",
              "block",
              "receiver",
              "metrics",
              "cluster",
              "cluster.coordinator",
              "cluster.node",
              "spark.vector",
              "spark.read",
              "spark.compat",
              "spark.executor",
              "spark.checkpoint",
              "spark.stream.plan"),
          new PackageRule(
              "spark.realtime",
              "option",
              "spark.read",
              "spark.executor",
              "spark.stream.plan",
              "spark.stream"),
          new PackageRule(
              "spark.sink",
              "error",
              "mqtt",
              "mqtt.credentials",
              "option",
              "sender",
              "metrics",
              "spark.vector",
              "spark.executor"),
          new PackageRule(
              "spark.batch",
              "error",
              "option",
              "block",
              "store.lmdb",
              "store",
              "cluster",
              "cluster.node",
              "spark.vector",
              "spark.read",
              "spark.executor",
              "spark.checkpoint",
              "spark.stream.plan",
              "spark.stream"),
          new PackageRule(
              "spark.sessions",
              "error",
              "mqtt",
              "mqtt.credentials",
              "option",
              "receiver",
              "cluster",
              "spark.executor",
              "spark.checkpoint",
              "spark.stream",
              "spark.batch"),
          new PackageRule(
              "spark",
              "error",
              "mqtt",
              "option",
              "sender",
              "cluster",
              "spark.vector",
              "spark.read",
              "spark.compat",
              "spark.executor",
              "spark.stream",
              "spark.sink",
              "spark.batch"),
          new PackageRule("", "spark.compat", "spark.sparkplug", "spark.sessions", "spark"));

  /** What each package may use, by its name. */
  static final Map<String, List<String>> MAY_USE =
      ALL.stream().collect(toUnmodifiableMap(PackageRule::name, PackageRule::mayUse));

  private PackageRule(String name, String... mayUse) {
    this(name, List.of(mayUse));
  }
}
