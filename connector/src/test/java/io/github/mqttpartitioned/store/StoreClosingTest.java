// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may have a store open, and what goes on when it is closed under them. */
class StoreClosingTest {

  @TempDir Path directory;

  @Test
  void cursorThatIsOpenGoesOnAfterClose() {
    PartitionStore store = PartitionStore.open(Stores.config(directory));
    List<SampleMessage> first = Stores.append(store, 10);
    List<SampleMessage> second = Stores.append(store, 10);
    try (BlockCursor started = store.read(new OffsetRange(0, 20));
        BlockCursor fresh = store.read(new OffsetRange(10, 20))) {
      Block block = started.next();
      store.close();
      store.close();
      SampleMessage.assertSame(first, 0, block);
      SampleMessage.assertSame(second, 10, started.next());
      SampleMessage.assertSame(second, 10, fresh.next());
    }
  }

  @Test
  void storeOpensAgainOnceItsLastReaderHasGone() {
    StoreConfig config = Stores.config(directory);
    PartitionStore store = PartitionStore.open(config);
    Stores.append(store, 10);
    BlockCursor cursor = store.read(new OffsetRange(0, 10));
    assertThat(cursor.next()).isNotNull();
    store.close();
    assertThatThrownBy(() -> PartitionStore.open(config))
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining("open in this JVM already")
        .hasMessageContaining("partition 3 of source source")
        .hasMessageContaining("until its last reader has ended");
    cursor.close();
    cursor.close();
    PartitionStore.open(config).close();
  }

  @Test
  void writerThatIsOpenGoesOnAfterClose() {
    PartitionStore store = PartitionStore.open(Stores.config(directory));
    try (StoreWriter writer = store.write()) {
      store.close();
      writer.append(SampleMessage.builder(SampleMessage.list(new Random(1), 5, 1, 9, 0)));
      writer.commit();
    }
    try (PartitionStore again = PartitionStore.open(Stores.config(directory))) {
      assertThat(again.extent().next()).isEqualTo(5);
    }
  }

  @Test
  void closedStoreSaysSo() {
    PartitionStore store = PartitionStore.open(Stores.config(directory));
    Stores.append(store, 10);
    BlockCursor cursor = store.read(new OffsetRange(0, 10));
    cursor.close();
    store.close();
    assertThatThrownBy(cursor::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> store.read(new OffsetRange(0, 10)))
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining("partition 3")
        .hasMessageContaining("has been closed");
    assertThatThrownBy(store::write)
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining("has been closed");
    assertThat(store.extent().next()).isEqualTo(10);
  }

  @Test
  void secondOpeningIsRefusedUnderWhateverName() throws Exception {
    Path path = directory.resolve("p3");
    Path link = directory.resolve("link");
    try (PartitionStore store = PartitionStore.open(Stores.config(path))) {
      Files.createSymbolicLink(link, path);
      for (Path name : List.of(path, link, directory.resolve("x/../p3"))) {
        Files.createDirectories(directory.resolve("x"));
        assertThatThrownBy(() -> PartitionStore.open(Stores.config(name)))
            .isInstanceOf(StoreException.Unusable.class)
            .hasMessageContaining("open in this JVM already");
      }
      Stores.append(store, 1);
    }
    PartitionStore.open(Stores.config(link)).close();
  }

  @Test
  void secondOpeningIsRefusedInAnotherClassLoader() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      PartitionStore store = PartitionStore.open(Stores.config(directory));
      Class<?> config = loader.loadClass(StoreConfig.class.getName());
      Object copy =
          config
              .getConstructor(Path.class, String.class, int.class, long.class, long.class)
              .newInstance(directory, "source", 3, 16 * Stores.MIB, 0L);
      var open = loader.loadClass(PartitionStore.class.getName()).getMethod("open", config);
      assertThat(open.getDeclaringClass()).isNotEqualTo(PartitionStore.class);
      assertThatThrownBy(() -> open.invoke(null, copy))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("open in this JVM already");
      store.close();
      ((AutoCloseable) open.invoke(null, copy)).close();
    }
  }

  @Test
  void opensInThreadWithoutClassLoader() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(null);
    try {
      PartitionStore.open(Stores.config(directory)).close();
      assertThat(thread.getContextClassLoader()).isNull();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL[] classPath() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }
}
