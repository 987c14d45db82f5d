// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import java.util.concurrent.CompletableFuture;

/** What answers the requests to a node. Thread-safe; must not block. */
@FunctionalInterface
public interface NodeService {

  /** The answer, now or later; a failed future is told as {@link Answer.Failed}. */
  CompletableFuture<Answer> answer(Request request);
}
