// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static java.util.stream.Collectors.toMap;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.RetainHandling;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a source within a frame, in the order of the record. Passwords are among them in
 * plain text: an error of the codec names a field and never shows its value.
 */
final class SettingsFields {

  private SettingsFields() {}

  static void write(SourceSettings settings, FrameWriter out) {
    out.putText(settings.sourceId())
        .putInt(settings.partitions())
        .putList(settings.brokers(), broker -> out.putText(broker.url()))
        .putText(settings.brokerMode().name())
        .putList(settings.topics(), topic -> out.putText(topic.filter()))
        .putText(settings.group())
        .putText(settings.clientIdPrefix())
        .putInt(settings.qos());
    write(settings.credentials(), out);
    write(settings.tls(), out);
    out.putList(
            List.copyOf(settings.webSocketHeaders().entrySet()),
            header -> out.putText(header.getKey()).putText(header.getValue().reveal()))
        .putDuration(settings.keepAlive())
        .putDuration(settings.connectTimeout())
        .putDuration(settings.sessionExpiry())
        .putInt(settings.receiveMaximum())
        .putText(settings.storeDir())
        .putLong(settings.storeMaxBytes())
        .putDuration(settings.linger())
        .putOptional(settings.deadLetterDir(), out::putText)
        .putText(settings.ackMode().name())
        .putDuration(settings.drainTimeout())
        .putInt(settings.members())
        .putList(settings.formerFilters(), out::putText);
    write(settings.sessions(), out);
  }

  private static void write(SessionPolicy sessions, FrameWriter out) {
    out.putText(sessions.retainHandling().name())
        .putInt(sessions.begun())
        .putBoolean(sessions.endWithQuery());
  }

  private static void write(CredentialSettings credentials, FrameWriter out) {
    out.putOptional(credentials.username(), out::putText);
    write(credentials.password(), out);
    out.putOptional(credentials.passwordFile(), out::putText)
        .putOptional(credentials.oauth(), client -> write(client, out))
        .putOptional(credentials.provider(), out::putText)
        .putOptional(credentials.method(), out::putText);
  }

  private static void write(OAuthClient client, FrameWriter out) {
    out.putText(client.tokenEndpoint().toString())
        .putText(client.clientId())
        .putText(client.clientSecret().reveal())
        .putOptional(client.scope(), out::putText);
  }

  private static void write(@Nullable Secret secret, FrameWriter out) {
    out.putOptional(secret, present -> out.putText(present.reveal()));
  }

  private static void write(TlsSettings tls, FrameWriter out) {
    out.putOptional(tls.trustStore(), store -> write(store, out))
        .putOptional(tls.keyStore(), store -> write(store, out))
        .putOptional(tls.keyLocation(), out::putText)
        .putBoolean(tls.verifyHostname())
        .putList(tls.alpn(), out::putText);
  }

  private static void write(KeyMaterial store, FrameWriter out) {
    out.putText(store.location());
    write(store.password(), out);
    out.putText(store.type().name());
  }

  static SourceSettings read(FrameReader in) {
    return new SourceSettings(
        in.getText("source id"),
        in.getInt("partitions"),
        in.getList("brokers", () -> in.valid("broker", BrokerUrl::new)),
        in.getEnum("broker mode", BrokerMode.class),
        in.getList("topics", () -> in.valid("topic", TopicFilter::new)),
        in.getText("group"),
        in.getText("client id prefix"),
        in.getInt("qos"),
        readCredentials(in),
        new TlsSettings(
            in.getOptional("trust store", () -> readStore(in)),
            in.getOptional("key store", () -> readStore(in)),
            in.getOptional("key file", () -> in.getText("key file")),
            in.getBoolean("verify host name"),
            in.getList("protocols", () -> in.getText("protocol"))),
        in
            .getList(
                "headers",
                () -> Map.entry(in.getText("header"), new Secret(in.getText("header value"))))
            .stream()
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue)),
        in.getDuration("keep alive"),
        in.getDuration("connect timeout"),
        in.getDuration("session expiry"),
        in.getInt("receive maximum"),
        in.getText("store directory"),
        in.getLong("store size"),
        in.getDuration("linger"),
        in.getOptional("directory for dead letters", () -> in.getText("directory")),
        in.getEnum("acknowledgement mode", AckMode.class),
        in.getDuration("drain timeout"),
        in.getInt("members"),
        in.getList("former filters", () -> in.getText("former filter")),
        new SessionPolicy(
            in.getEnum("retain handling", RetainHandling.class),
            in.getInt("begun"),
            in.getBoolean("sessions end")));
  }

  private static CredentialSettings readCredentials(FrameReader in) {
    return new CredentialSettings(
        in.getOptional("username", () -> in.getText("username")),
        readSecret(in),
        in.getOptional("password file", () -> in.getText("password file")),
        in.getOptional("OAuth client", () -> readClient(in)),
        in.getOptional("credentials provider", () -> in.getText("credentials provider")),
        in.getOptional("authentication method", () -> in.getText("authentication method")));
  }

  private static OAuthClient readClient(FrameReader in) {
    return new OAuthClient(
        in.valid("token endpoint", URI::create),
        in.getText("client id"),
        new Secret(in.getText("client secret")),
        in.getOptional("scope", () -> in.getText("scope")));
  }

  private static @Nullable Secret readSecret(FrameReader in) {
    return in.getOptional("password", () -> new Secret(in.getText("password")));
  }

  private static KeyMaterial readStore(FrameReader in) {
    return new KeyMaterial(
        in.getText("location"), readSecret(in), in.getEnum("type of a store", StoreType.class));
  }
}
