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
          new PackageRule("mqtt.packet"),
          new PackageRule("mqtt.topic"),
          new PackageRule("mqtt.network", "error", "mqtt.pem", "mqtt.websocket", "mqtt.packet"),
          new PackageRule("mqtt", "mqtt.websocket", "mqtt.packet", "mqtt.network"),
          new PackageRule("mqtt.credentials", "error", "mqtt.packet", "mqtt.network", "mqtt"),
          new PackageRule("option.syntax", "mqtt.topic", "mqtt.network"),
          new PackageRule(
              "option.settings", "mqtt.topic", "mqtt.network", "mqtt", "mqtt.credentials"),
          new PackageRule(
              "option",
              "error",
              "mqtt.packet",
              "mqtt.topic",
              "mqtt.network",
              "mqtt.credentials",
              "option.syntax",
              "option.settings"),
          new PackageRule("block", "error", "mqtt.packet"),
          new PackageRule("store.lmdb", "error", "mqtt.packet", "block"),
          new PackageRule("store", "error", "mqtt.packet", "block", "store.lmdb"),
          new PackageRule(
              "receiver.inbound", "mqtt.packet", "mqtt.topic", "mqtt", "option.settings", "block"),
          new PackageRule(
              "receiver",
              "error",
              "mqtt.packet",
              "mqtt.topic",
              "mqtt.network",
              "mqtt",
              "mqtt.credentials",
              "option.settings",
              "block",
              "store",
              "receiver.inbound"),
          new PackageRule(
              "sender",
              "error",
              "mqtt.packet",
              "mqtt.network",
              "mqtt",
              "mqtt.credentials",
              "option.settings"),
          new PackageRule("metrics", "error", "receiver", "sender"),
          new PackageRule("cluster", "error"),
          new PackageRule(
              "cluster.coordinator", "error", "option.settings", "block", "receiver", "cluster"),
          new PackageRule(
              "cluster.rpc",
              "error",
              "mqtt.topic",
              "mqtt.network",
              "mqtt.credentials",
              "option.settings",
              "block",
              "receiver",
              "cluster",
              "cluster.coordinator"),
          new PackageRule(
              "cluster.node",
              "error",
              "option.settings",
              "block",
              "store",
              "receiver",
              "metrics",
              "cluster",
              "cluster.coordinator",
              "cluster.rpc"),
          new PackageRule(
              "spark.vector",
              "error",
              "mqtt.packet",
              "mqtt.topic",
              "option.settings",
              "option",
              "block"),
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
          new PackageRule("sparkplug", "mqtt.packet"),
          new PackageRule("spark.sparkplug", "error", "spark.compat", "sparkplug"),
          new PackageRule(
              "spark.executor",
              "error",
              "mqtt.credentials",
              "option.settings",
              "block",
              "store",
              "cluster",
              "cluster.coordinator",
              "cluster.rpc",
              "cluster.node",
              "spark.read",
              "spark.compat"),
          new PackageRule(
              "spark.checkpoint",
              "error",
              "mqtt.topic",
              "mqtt.network",
              "option.settings",
              "option",
              "cluster"),
          new PackageRule(
              "spark.stream.plan", "error", "option.settings", "option", "block", "receiver"),
          new PackageRule(
              "spark.stream",
              "error",
              "mqtt.topic",
              "mqtt.network",
              "mqtt.credentials",
              "option.settings",
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
              "mqtt.packet",
              "mqtt.credentials",
              "option.settings",
              "option",
              "sender",
              "metrics",
              "spark.vector",
              "spark.executor"),
          new PackageRule(
              "spark.batch",
              "error",
              "option.settings",
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
              "mqtt.topic",
              "mqtt.network",
              "mqtt",
              "mqtt.credentials",
              "option.settings",
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
              "mqtt.topic",
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
