// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.NetworkHosts;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.StandaloneCluster;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts, each with an address and a disk of its own. Driver and broker are on neither. */
abstract class TwoHostsFixture {

  static final int PARTITIONS = 4;

  @TempDir Path folder;
  NetworkHosts hosts;
  TestBroker broker;
  @Nullable StandaloneCluster cluster;

  @BeforeEach
  void startHosts() {
    Optional<String> obstacle = NetworkHosts.obstacle();
    Soak.require(obstacle.isEmpty(), "No hosts: " + obstacle.orElse(""));
    hosts = NetworkHosts.start(2);
    BrokerOptions options =
        BrokerOptions.DEFAULTS.persistence(true).maxQueued(0).address(hosts.address());
    Soak.require(TestBrokers.canStart(options), "No broker here listens on another address");
    broker = TestBrokers.start(options);
  }

  @AfterEach
  void stopHosts() {
    if (cluster != null) {
      cluster.close();
    }
    if (broker != null) {
      broker.close();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  /** Starts a Spark with so many executors on each host. */
  StandaloneCluster startCluster(int executors) {
    StandaloneCluster started =
        StandaloneCluster.in(folder)
            .host(hosts.address())
            .worker(hosts.host(0).address(), executors, hosts.host(0).command(disk(0), storeDir()))
            .worker(hosts.host(1).address(), executors, hosts.host(1).command(disk(1), storeDir()))
            .start();
    cluster = started;
    return started;
  }

  /** The same path on each host, where it is {@link #disk} of the host. */
  Path storeDir() {
    return folder.resolve("stores");
  }

  Path disk(int host) {
    return folder.resolve("disk" + host);
  }
}
