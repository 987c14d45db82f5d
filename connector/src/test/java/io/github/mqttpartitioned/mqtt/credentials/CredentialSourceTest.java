// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.testkit.Await;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that work, and those that do what they must not. */
class CredentialSourceTest {

  private static final Request REQUEST = new Request("tcp://broker:1883", "member-0");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;

  /** Gives what it is asked for, and how often instances were made. */
  public static final class Working implements CredentialsProvider {
    static final AtomicInteger MADE = new AtomicInteger();

    public Working() {
      MADE.incrementAndGet();
    }

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(request.clientId(), request.brokerUrl());
    }
  }

  public static final class Throwing implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) throws Exception {
      throw new Exception("vault is sealed\n\u001b[31m");
    }
  }

  public static final class Null implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) {
      return null;
    }
  }

  public static final class LackingALibrary implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) {
      throw new NoClassDefFoundError("com/vault/Client");
    }
  }

  public static final class Blocking implements CredentialsProvider {
    static final CountDownLatch INTERRUPTED = new CountDownLatch(1);

    @Override
    public Credentials credentials(Request request) throws InterruptedException {
      try {
        new CountDownLatch(1).await();
        throw new AssertionError();
      } catch (InterruptedException e) {
        INTERRUPTED.countDown();
        throw e;
      }
    }
  }

  public static final class WithParameters implements CredentialsProvider {
    public WithParameters(String unused) {}

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(null, null);
    }
  }

  public static final class Hidden implements CredentialsProvider {
    private Hidden() {}

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(null, null);
    }
  }

  public abstract static class Abstract implements CredentialsProvider {}

  public static final class FailingToBegin implements CredentialsProvider {
    public FailingToBegin() {
      throw new IllegalStateException("no VAULT_ADDR");
    }

    @Override
    public Credentials credentials(Request request) {
      return Credentials.of(null, null);
    }
  }

  public static final class Another {}

  @Test
  void providerIsToldWhoConnectsWhere() throws Exception {
    Credentials given = source(Working.class).await(REQUEST, LIMIT);
    assertThat(given.username()).hasValue("member-0");
    assertThat(given.secret()).hasValue("tcp://broker:1883".getBytes(UTF_8));
  }

  @Test
  void allMembersOfAJvmShareOneInstance() throws Exception {
    CredentialSource first = source(Working.class);
    int made = Working.MADE.get();
    assertThat(source(Working.class)).isSameAs(first);
    assertThat(Working.MADE).hasValue(made);
    assertThat(CredentialSource.of(CredentialSettings.fixed("a", new Secret("b"))))
        .isNotSameAs(CredentialSource.of(CredentialSettings.fixed("a", new Secret("c"))));
  }

  @Test
  void providerThatFailsMayRecover() {
    CredentialsException error = failure(Throwing.class);
    assertThat(error)
        .hasMessage(
            "credentialsProvider=%s fails: java.lang.Exception: vault is sealed\\u000a\\u001b[31m"
                .formatted(Throwing.class.getName()));
    assertThat(error.isFinal()).isFalse();
    assertThat(failure(LackingALibrary.class))
        .hasMessageContaining("java.lang.NoClassDefFoundError: com/vault/Client");
  }

  @Test
  void nullIsAnError() {
    CredentialsException error = failure(Null.class);
    assertThat(error).hasMessageContaining("gives no credentials, but null");
    assertThat(error.isFinal()).isTrue();
  }

  @Test
  void providerThatBlocksIsInterruptedAtTheLimit() throws Exception {
    CredentialSource source = source(Blocking.class);
    CredentialsException error =
        catchThrowableOfType(
            CredentialsException.class, () -> source.await(REQUEST, Duration.ofMillis(200)));
    assertThat(error)
        .hasMessage(
            "credentialsProvider=%s has given no credentials within connectTimeout=200ms"
                .formatted(Blocking.class.getName()));
    assertThat(error.isFinal()).isFalse();
    Blocking.INTERRUPTED.await();
  }

  @Test
  void cancellingInterruptsTheProviderAndLeavesNoThread() throws Exception {
    CompletableFuture<Credentials> answer = source(Blocking.class).ask(REQUEST, LIMIT);
    answer.cancel(true);
    Blocking.INTERRUPTED.await();
    Await.until(
        "no thread of the provider",
        Duration.ofSeconds(60),
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mqtt-credentials")));
  }

  @ParameterizedTest
  @ValueSource(classes = {WithParameters.class, Hidden.class, Abstract.class})
  void classThatCannotBeMadeIsNamed(Class<?> type) {
    assertThat(notUsable(type.getName()))
        .hasMessage(
            "credentialsProvider=%s cannot be used: it must be a public class with a public constructor without parameters"
                .formatted(type.getName()));
  }

  @Test
  void classOfAnotherKindOrThatIsNotThereOrFailsIsNamed() {
    assertThat(notUsable(Another.class.getName()))
        .hasMessageContaining(
            "the class does not implement io.github.mqttpartitioned.CredentialsProvider");
    assertThat(notUsable("com.example.None"))
        .hasMessageContaining("credentialsProvider=com.example.None cannot be used: there is no")
        .hasMessageContaining("--jars");
    assertThat(notUsable(FailingToBegin.class.getName()))
        .hasMessageContaining(
            "its constructor has failed: java.lang.IllegalStateException: no VAULT_ADDR");
  }

  /** As when the connector is on the class path of the JVM, and the provider in a user's jar. */
  @Test
  void classInAJarOfTheUsersIsFoundByThreadsThatDoNotKnowTheJar() throws Exception {
    Path source = folder.resolve("Vault.java");
    Files.writeString(
        source,
        """
        public class Vault implements io.github.mqttpartitioned.CredentialsProvider {
          public io.github.mqttpartitioned.Credentials credentials(Request request) {
            return io.github.mqttpartitioned.Credentials.of("vault", null);
          }
        }
        """);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", folder.toString(), source.toString()))
        .isZero();
    assertThat(notUsable("Vault")).hasMessageContaining("there is no such class");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader jar = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(jar);
      ProviderClass.rememberLoader();
      thread.setContextClassLoader(before);
      assertThat(source("Vault").await(REQUEST, LIMIT).username()).hasValue("vault");
    } finally {
      thread.setContextClassLoader(before);
      ProviderClass.rememberLoader();
    }
  }

  @Test
  void renewalIsDueBeforeTheEndOfCredentialsOrToken() {
    Instant now = Instant.now();
    assertThat(CredentialSource.renewal(Credentials.of("a", "b"))).isEmpty();
    assertThat(CredentialSource.renewal(Credentials.of("a", "b.c.d"))).isEmpty();
    assertThat(CredentialSource.renewal(Credentials.of("a", "b").endingAt(now.plusSeconds(600))))
        .hasValue(now.plusSeconds(540));
    assertThat(CredentialSource.renewal(Credentials.of("a", "b").endingAt(now.minusSeconds(9))))
        .hasValue(now.minusSeconds(9));
    assertThat(CredentialSource.renewal(Credentials.of("a", jwt(now.plusSeconds(600)))))
        .hasValue(Instant.ofEpochSecond(now.getEpochSecond()).plusSeconds(540));
  }

  private static String jwt(Instant end) {
    return "e30.%s.c2ln"
        .formatted(
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"exp\":%d}".formatted(end.getEpochSecond()).getBytes(UTF_8)));
  }

  @Test
  void credentialsShowNothing() {
    assertThat(Credentials.of("user", "hunter2").endingAt(Instant.EPOCH))
        .hasToString("Credentials[***, end=1970-01-01T00:00:00Z]");
  }

  private static CredentialSource source(Class<?> provider) throws CredentialsException {
    return source(provider.getName());
  }

  private static CredentialSource source(String provider) throws CredentialsException {
    return CredentialSource.of(new CredentialSettings(null, null, null, null, provider, null));
  }

  private static CredentialsException failure(Class<?> provider) {
    return catchThrowableOfType(
        CredentialsException.class, () -> source(provider).await(REQUEST, LIMIT));
  }

  private static CredentialsException notUsable(String provider) {
    CredentialsException error =
        catchThrowableOfType(CredentialsException.class, () -> source(provider));
    assertThat(error.isFinal()).isTrue();
    return error;
  }
}
