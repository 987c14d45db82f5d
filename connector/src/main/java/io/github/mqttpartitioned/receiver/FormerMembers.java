// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the sessions of members that an earlier query with the same client ids had, and this one
 * does not have: it had more partitions. The broker would give them a part of the messages until
 * they expire. Member p looks for the members p + N, p + 2N and so on, and stops where there is no
 * session.
 *
 * <p>Confined to the receiver thread.
 */
final class FormerMembers {

  private static final Logger LOG = LoggerFactory.getLogger(FormerMembers.class);

  /**
   * A broker that says of each client id that it has a session would otherwise be asked without an
   * end.
   */
  private static final int MOST = 100;

  private final MemberContext member;

  FormerMembers(MemberContext member) {
    this.member = member;
  }

  void end() throws InterruptedException {
    int step = member.settings().partitions();
    int last = member.partition() + MOST * step;
    for (int former = member.partition() + step;
        former <= last && !member.signals().isStopping() && endSession(former);
        former += step) {
      LOG.warn(
          """
          {} had a session of {}, which an earlier query with the same client ids has left. This \
          query has only {} partitions, so the session has ended, with the messages that it held""",
          member.settings().broker(former),
          member.settings().clientId(former),
          step);
    }
  }

  /** Returns whether there was a session. */
  private boolean endSession(int former) throws InterruptedException {
    try {
      return SessionEnd.of(
          login -> member.connectionSettings(former, login), member.credentials(), credentials());
    } catch (IOException | CredentialsException e) {
      LOG.debug("Cannot look for a session of {}", member.settings().clientId(former), e);
      return false;
    }
  }

  private Credentials credentials() throws CredentialsException, InterruptedException {
    CompletableFuture<Credentials> answer = member.credentials().ask();
    try {
      if (!member.signals().await(answer)) {
        throw new InterruptedException("the receiver is to stop");
      }
      return answer.get();
    } catch (ExecutionException e) {
      throw CredentialsException.of(e.getCause());
    }
  }
}
