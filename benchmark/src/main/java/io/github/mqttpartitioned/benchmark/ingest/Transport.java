// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.testkit.Firehose;
import io.github.mqttpartitioned.testkit.Scheme;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the bytes of a round travel from the sender to a member.
 *
 * @param scheme as in the URL
 * @param certificates of the sender; empty without TLS
 */
record Transport(Scheme scheme, Optional<TestCertificates> certificates) {

  /** Names on the command line. */
  static final List<String> WORDS =
      Stream.of(Scheme.values()).map(scheme -> scheme.name().toLowerCase(Locale.ROOT)).toList();

  /** The transports with these names, in the order of {@link #WORDS}. */
  static List<Transport> of(List<String> words, Scratch scratch) throws IOException {
    Map<Boolean, List<Scheme>> schemes =
        Stream.of(Scheme.values())
            .filter(scheme -> words.contains(scheme.name().toLowerCase(Locale.ROOT)))
            .collect(Collectors.groupingBy(Scheme::tls));
    Optional<TestCertificates> certificates =
        schemes.containsKey(true)
            ? Optional.of(TestCertificates.in(scratch.newDirectory()))
            : Optional.empty();
    return schemes.values().stream()
        .flatMap(List::stream)
        .sorted()
        .map(scheme -> new Transport(scheme, scheme.tls() ? certificates : Optional.empty()))
        .toList();
  }

  boolean isTcp() {
    return scheme == Scheme.TCP;
  }

  String word() {
    return scheme.name().toLowerCase(Locale.ROOT);
  }

  /** Starts a sender that is reached like this. */
  Firehose firehose(Firehose.Load load) {
    return certificates
        .map(one -> Firehose.start(load, scheme, one.serverContext()))
        .orElseGet(() -> Firehose.start(load, scheme, null));
  }

  /** What a member trusts. */
  TlsSettings tls() {
    return certificates
        .map(
            one ->
                new TlsSettings(
                    new KeyMaterial(
                        one.server().truststore().toString(),
                        new Secret(TestCertificates.PASSWORD),
                        StoreType.PKCS12),
                    null,
                    true))
        .orElse(TlsSettings.DEFAULT);
  }
}
