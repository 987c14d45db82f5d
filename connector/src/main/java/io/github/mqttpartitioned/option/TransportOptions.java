// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options of TLS and WebSocket, which source and sink share. */
final class TransportOptions {

  private TransportOptions() {}

  /**
   * Checks that the options of a transport go together, and that a broker has that transport.
   *
   * @param known all options of the source or sink
   */
  static void check(OptionValues values, List<Option<?>> known) {
    checkTls(values, known);
    checkWebSockets(values);
  }

  /** What TLS needs. */
  static TlsSettings read(OptionValues values) {
    return new TlsSettings(
        keyMaterial(
            values,
            DeclaredSourceOptions.TRUSTSTORE_LOCATION,
            DeclaredSourceOptions.TRUSTSTORE_PASSWORD,
            DeclaredSourceOptions.TRUSTSTORE_TYPE),
        keyMaterial(
            values,
            DeclaredSourceOptions.KEYSTORE_LOCATION,
            DeclaredSourceOptions.KEYSTORE_PASSWORD,
            DeclaredSourceOptions.KEYSTORE_TYPE),
        values.find(DeclaredSourceOptions.KEYSTORE_KEY_LOCATION).orElse(null),
        values.get(DeclaredSourceOptions.ENDPOINT_IDENTIFICATION),
        values.find(DeclaredSourceOptions.ALPN).orElse(List.of()));
  }

  private static @Nullable KeyMaterial keyMaterial(
      OptionValues values,
      Option<String> location,
      Option<Secret> password,
      Option<StoreType> type) {
    String file = values.find(location).orElse(null);
    return file == null
        ? null
        : new KeyMaterial(
            file,
            values.find(password).orElse(null),
            type(values, type, file).orElse(StoreType.JKS));
  }

  /** Empty if only the content tells it. */
  private static Optional<StoreType> type(
      OptionValues values, Option<StoreType> option, String file) {
    return values.find(option).or(() -> typeByEnding(file));
  }

  private static Optional<StoreType> typeByEnding(String file) {
    String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "p12", "pfx" -> Optional.of(StoreType.PKCS12);
      case "pem", "crt", "cer", "der", "key" -> Optional.of(StoreType.PEM);
      case "jks" -> Optional.of(StoreType.JKS);
      default -> Optional.empty();
    };
  }

  private static void checkTls(OptionValues values, List<Option<?>> known) {
    checkKeyMaterial(
        values,
        DeclaredSourceOptions.TRUSTSTORE_LOCATION,
        List.of(DeclaredSourceOptions.TRUSTSTORE_PASSWORD, DeclaredSourceOptions.TRUSTSTORE_TYPE));
    checkKeyMaterial(
        values,
        DeclaredSourceOptions.KEYSTORE_LOCATION,
        List.of(
            DeclaredSourceOptions.KEYSTORE_PASSWORD,
            DeclaredSourceOptions.KEYSTORE_TYPE,
            DeclaredSourceOptions.KEYSTORE_KEY_LOCATION));
    String given =
        known.stream()
            .filter(option -> option.key().startsWith("ssl.") && values.isGiven(option))
            .map(Option::key)
            .collect(Collectors.joining(", "));
    values
        .find(DeclaredSourceOptions.BROKER_URL)
        .filter(brokers -> !given.isEmpty() && brokers.stream().noneMatch(BrokerUrl::isTls))
        .ifPresent(
            brokers ->
                values.add(
                    OptionException.contradiction(
                        given + ", brokerUrl",
                        given,
                        shown(brokers),
                        "no URL is encrypted",
                        "Use ssl:// or wss://, or remove the ssl options")));
    if (values.isGiven(DeclaredSourceOptions.KEYSTORE_KEY_LOCATION)
        && values
            .find(DeclaredSourceOptions.KEYSTORE_LOCATION)
            .flatMap(file -> type(values, DeclaredSourceOptions.KEYSTORE_TYPE, file))
            .filter(type -> type != StoreType.PEM)
            .isPresent()) {
      values.add(
          OptionException.contradiction(
              "ssl.keystore.key.location, ssl.keystore.location",
              "ssl.keystore.key.location",
              "ssl.keystore.location",
              "only a PEM file of certificates has its key in another file",
              "Set ssl.keystore.type to PEM, or remove ssl.keystore.key.location"));
    }
  }

  private static String shown(List<BrokerUrl> brokers) {
    return brokers.stream()
        .map(BrokerUrl::toString)
        .collect(Collectors.joining(",", "brokerUrl (", ")"));
  }

  private static void checkWebSockets(OptionValues values) {
    Map<String, Secret> headers = values.family(DeclaredSourceOptions.WEBSOCKET_HEADER);
    values
        .find(DeclaredSourceOptions.BROKER_URL)
        .filter(brokers -> !headers.isEmpty() && brokers.stream().noneMatch(BrokerUrl::isWebSocket))
        .ifPresent(
            brokers ->
                values.add(
                    OptionException.contradiction(
                        "websocket.header, brokerUrl",
                        "websocket.header." + headers.keySet().iterator().next(),
                        shown(brokers),
                        "no URL is one of a WebSocket",
                        "Use ws:// or wss://, or remove the header")));
  }

  private static void checkKeyMaterial(
      OptionValues values, Option<String> location, List<Option<?>> details) {
    for (Option<?> detail : details) {
      if (values.isGiven(detail) && !values.isGiven(location)) {
        values.add(
            OptionException.missing(
                location, "%s is given, but not the file that it is about".formatted(detail)));
      }
    }
  }
}
