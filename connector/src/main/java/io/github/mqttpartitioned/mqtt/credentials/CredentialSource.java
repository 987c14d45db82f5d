// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the members of a source get their credentials from. It asks the {@link CredentialsProvider}
 * in a thread of its own, because a provider may block. All members of a JVM that have the same
 * settings share one source, and so its provider and its tokens. Thread-safe.
 */
public final class CredentialSource {

  private static final Logger LOG = LoggerFactory.getLogger(CredentialSource.class);

  /** After this long without work, a thread ends. */
  private static final long IDLE_SECONDS = 10;

  private static final Map<Key, WeakReference<CredentialSource>> OF_THIS_JVM =
      new ConcurrentHashMap<>();

  private static final ExecutorService ASKERS = askers();
  private static final ScheduledExecutorService TIMER = timer();

  private record Key(
      CredentialSettings settings, @Nullable Class<? extends CredentialsProvider> provider) {}

  private final CredentialsProvider provider;

  CredentialSource(CredentialsProvider provider) {
    this.provider = provider;
  }

  /**
   * The source for these settings.
   *
   * @throws CredentialsException if the class of a provider cannot be used
   */
  public static CredentialSource of(CredentialSettings settings) throws CredentialsException {
    Key key =
        new Key(
            settings, settings.provider() == null ? null : ProviderClass.find(settings.provider()));
    synchronized (OF_THIS_JVM) {
      OF_THIS_JVM.values().removeIf(reference -> reference.get() == null);
      WeakReference<CredentialSource> known = OF_THIS_JVM.get(key);
      CredentialSource present = known == null ? null : known.get();
      if (present == null) {
        present = new CredentialSource(provider(key));
        OF_THIS_JVM.put(key, new WeakReference<>(present));
      }
      return present;
    }
  }

  private static CredentialsProvider provider(Key key) throws CredentialsException {
    CredentialSettings settings = key.settings;
    if (key.provider != null) {
      return ProviderClass.instanceOf(key.provider);
    }
    if (settings.oauth() != null) {
      return new OAuthTokens(settings.username(), settings.oauth(), InstantSource.system());
    }
    if (settings.passwordFile() != null) {
      return new PasswordFile(settings.username(), settings.passwordFile());
    }
    return new Fixed(
        Credentials.of(
            settings.username(),
            settings.password() == null ? null : settings.password().reveal()));
  }

  private record Fixed(Credentials credentials) implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) {
      return credentials;
    }
  }

  /**
   * Asks for credentials.
   *
   * @param limit after this time the provider's thread is interrupted
   * @return the answer, or its {@link CredentialsException}. Its cancellation interrupts the
   *     provider's thread
   */
  public CompletableFuture<Credentials> ask(Request request, Duration limit) {
    if (provider instanceof Fixed fixed) {
      return CompletableFuture.completedFuture(fixed.credentials);
    }
    CompletableFuture<Credentials> answer = new CompletableFuture<>();
    Future<?> asking = ASKERS.submit(() -> ask(request, answer));
    Future<?> timeout = after(limit, () -> answer.completeExceptionally(silent(limit)));
    CompletableFuture<Credentials> unused =
        answer.whenComplete(
            (credentials, failure) -> {
              timeout.cancel(false);
              asking.cancel(true);
            });
    return answer;
  }

  private void ask(Request request, CompletableFuture<Credentials> answer) {
    // Libraries look for their parts with this class loader.
    Thread.currentThread().setContextClassLoader(provider.getClass().getClassLoader());
    try {
      @Nullable Credentials given = provider.credentials(request);
      if (given == null) {
        throw CredentialsException.lasting(name() + " gives no credentials, but null", null);
      }
      answer.complete(given);
    } catch (CredentialsException e) {
      answer.completeExceptionally(e);
    } catch (Exception | LinkageError | StackOverflowError e) {
      answer.completeExceptionally(
          CredentialsException.temporary(
              "%s fails: %s".formatted(name(), CredentialsException.describe(e)), e));
    }
  }

  private CredentialsException silent(Duration limit) {
    return CredentialsException.temporary(
        "%s has given no credentials within connectTimeout=%dms"
            .formatted(name(), limit.toMillis()),
        null);
  }

  private String name() {
    if (provider instanceof OAuthTokens) {
      return "oauth.tokenEndpoint";
    }
    return provider instanceof PasswordFile
        ? "passwordFile"
        : "credentialsProvider=" + provider.getClass().getName();
  }

  /**
   * Asks for credentials and waits for them.
   *
   * @throws CredentialsException if there are none
   */
  public Credentials await(Request request, Duration limit)
      throws CredentialsException, InterruptedException {
    CompletableFuture<Credentials> answer = ask(request, limit);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw CredentialsException.of(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** Tells the provider that the broker has refused credentials. */
  public void refused(Credentials credentials) {
    try {
      provider.refused(credentials);
    } catch (RuntimeException e) {
      LOG.warn("{} has thrown from refused()", name(), e);
    }
  }

  /** When credentials that are obtained now are to be renewed; empty if their end is not known. */
  public static Optional<Instant> renewal(Credentials credentials) {
    return Jwt.endOf(credentials).map(end -> Renewal.due(Instant.now(), end));
  }

  /** Runs a short task after a delay, unless it is cancelled before. */
  public static Future<?> after(Duration delay, Runnable task) {
    return TIMER.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ExecutorService askers() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> daemon(task, "mqtt-credentials"));
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, task -> daemon(task, "mqtt-credentials-timer"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
