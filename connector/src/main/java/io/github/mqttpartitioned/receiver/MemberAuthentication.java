// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.credentials.ConnectionAuthentication;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a member's credentials before it connects. The connection ends if they cannot be proved
 * or renewed. Called by the receiver thread.
 */
final class MemberAuthentication implements ConnectionAuthentication.Listener {

  private final MemberContext member;
  private final Inbox inbox;

  private MemberAuthentication(MemberContext member, Inbox inbox) {
    this.member = member;
    this.inbox = inbox;
  }

  /**
   * What proves the credentials on a connection; null when the receiver is to stop.
   *
   * @throws MemberException if there are no credentials, or if they do not suffice
   */
  static @Nullable ConnectionAuthentication of(MemberContext member, Inbox inbox)
      throws InterruptedException {
    try {
      Credentials credentials = credentials(member);
      return credentials == null
          ? null
          : new ConnectionAuthentication(
              member.credentials(), credentials, new MemberAuthentication(member, inbox));
    } catch (CredentialsException e) {
      throw MemberException.noCredentials(member.settings(), member.partition(), e);
    }
  }

  private static @Nullable Credentials credentials(MemberContext member)
      throws CredentialsException, InterruptedException {
    CompletableFuture<Credentials> answer = member.credentials().ask();
    try {
      if (!member.signals().await(answer)) {
        return null;
      }
      Credentials credentials = answer.get();
      // The provider may have taken long.
      member.leaseCheck().require();
      return credentials;
    } catch (ExecutionException e) {
      throw CredentialsException.of(e.getCause());
    }
  }

  @Override
  public void ended(Throwable cause) {
    inbox.end(cause);
  }

  @Override
  public void notRenewed(CredentialsException cause) {
    member.log().notRenewed(cause);
  }
}
