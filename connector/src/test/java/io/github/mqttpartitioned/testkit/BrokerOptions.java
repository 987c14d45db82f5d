// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** How a {@link TestBroker} is to be set up. Immutable: each setter gives a changed copy. */
public final class BrokerOptions implements Cloneable {

  /**
   * Anonymous clients on one TCP listener, no limit on messages in flight or queued, every QoS,
   * nothing kept over a restart.
   */
  public static final BrokerOptions DEFAULTS = new BrokerOptions();

  /** The one user that a broker with {@link BrokerOptions#credentials} lets in. */
  public record Credentials(String username, String password) {
    @Override
    public String toString() {
      return username + ":***";
    }
  }

  static final String LOOPBACK = "127.0.0.1";

  private String address = LOOPBACK;
  private boolean persistence;
  private boolean killable;
  private boolean durable;
  private int maxInflight;
  private int maxQueued;
  private int maxQos = 2;
  private boolean webSockets;
  private Optional<Credentials> credentials = Optional.empty();
  private Optional<TestCertificates> certificates = Optional.empty();
  private boolean clientCertificateRequired;
  private boolean passwordChanges;

  private BrokerOptions() {}

  /** The address of this machine that it listens on; 127.0.0.1 by default. */
  public BrokerOptions address(String value) {
    BrokerOptions copy = copy();
    copy.address = value;
    return copy;
  }

  /** Whether sessions and messages outlive {@link TestBroker#restart}. */
  public BrokerOptions persistence(boolean value) {
    BrokerOptions copy = copy();
    copy.persistence = value;
    return copy;
  }

  /** Whether {@link TestBroker#kill} is to work. Most kinds can anyway; an embedded one cannot. */
  public BrokerOptions killable(boolean value) {
    BrokerOptions copy = copy();
    copy.killable = value;
    return copy;
  }

  /**
   * Whether what the broker has acknowledged to publishers outlives {@link TestBroker#kill};
   * implies {@link #persistence} and {@link #killable}. Mosquitto cannot: it writes from time to
   * time.
   */
  public BrokerOptions durable(boolean value) {
    BrokerOptions copy = copy();
    copy.durable = value;
    return copy;
  }

  /** Most messages that the broker has in flight to one client; 0 for what the client allows. */
  public BrokerOptions maxInflight(int value) {
    BrokerOptions copy = copy();
    copy.maxInflight = value;
    return copy;
  }

  /** Most messages that the broker queues for one client; 0 for no limit. */
  public BrokerOptions maxQueued(int value) {
    BrokerOptions copy = copy();
    copy.maxQueued = value;
    return copy;
  }

  /** Highest QoS that the broker accepts and grants. */
  public BrokerOptions maxQos(int value) {
    BrokerOptions copy = copy();
    copy.maxQos = value;
    return copy;
  }

  /** Listens for MQTT over WebSocket too: {@code ws}, and {@code wss} with certificates. */
  public BrokerOptions webSockets(boolean value) {
    BrokerOptions copy = copy();
    copy.webSockets = value;
    return copy;
  }

  /** Lets in this user alone. */
  public BrokerOptions credentials(String username, String password) {
    BrokerOptions copy = copy();
    copy.credentials = Optional.of(new Credentials(username, password));
    return copy;
  }

  /** Listens with TLS too, showing the server certificate. */
  public BrokerOptions tls(TestCertificates value) {
    BrokerOptions copy = copy();
    copy.certificates = Optional.of(value);
    return copy;
  }

  /** Whether the TLS listeners let in only who shows the client certificate. */
  public BrokerOptions clientCertificateRequired(boolean value) {
    BrokerOptions copy = copy();
    copy.clientCertificateRequired = value;
    return copy;
  }

  /** Whether {@link TestBroker#changePassword} is to work. */
  public BrokerOptions passwordChanges(boolean value) {
    BrokerOptions copy = copy();
    copy.passwordChanges = value;
    return copy;
  }

  String address() {
    return address;
  }

  boolean persistence() {
    return persistence || durable;
  }

  boolean killable() {
    return killable || durable;
  }

  int maxInflight() {
    return maxInflight;
  }

  int maxQueued() {
    return maxQueued;
  }

  int maxQos() {
    return maxQos;
  }

  Optional<Credentials> credentials() {
    return credentials;
  }

  Optional<TestCertificates> certificates() {
    return certificates;
  }

  boolean clientCertificateRequired() {
    return clientCertificateRequired;
  }

  /** The listeners asked for. */
  Set<Scheme> schemes() {
    Set<Scheme> schemes = EnumSet.of(Scheme.TCP);
    if (certificates.isPresent()) {
      schemes.add(Scheme.SSL);
    }
    if (webSockets) {
      schemes.add(Scheme.WS);
    }
    if (webSockets && certificates.isPresent()) {
      schemes.add(Scheme.WSS);
    }
    return schemes;
  }

  /** What a broker must be able to do for these options. */
  Set<Feature> features() {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    if (killable()) {
      features.add(Feature.KILL);
    }
    if (durable) {
      features.add(Feature.DURABLE);
    }
    if (maxInflight != 0) {
      features.add(Feature.MAX_INFLIGHT);
    }
    if (maxQueued != 0) {
      features.add(Feature.MAX_QUEUED);
    }
    if (!address.equals(LOOPBACK)) {
      features.add(Feature.ADDRESS);
    }
    if (passwordChanges) {
      features.add(Feature.PASSWORD_CHANGES);
    }
    if (maxQos != 2) {
      features.add(Feature.MAX_QOS);
    }
    return features;
  }

  private BrokerOptions copy() {
    try {
      return (BrokerOptions) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
