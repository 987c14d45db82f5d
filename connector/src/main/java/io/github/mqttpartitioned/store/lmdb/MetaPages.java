// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.LmdbException;

/**
 * Checks LMDB's two meta pages before LMDB opens the file.
 *
 * <p>LMDB writes the two in turn, one per transaction, and uses the one with the higher transaction
 * id. They carry no checksum. If the id or the root of the newer one is damaged, LMDB shows the
 * store as it was one transaction before: without an error, and without the messages that were
 * acknowledged last.
 *
 * <p>So this class compares each page with the other one and with the {@link StoreState} that its
 * tree leads to, because that record has its transaction id under a checksum. Both trees can be
 * read: LMDB overwrites a page only two commits after it was freed. The layout is that of LMDB 0.9
 * with 64 bits, in the platform's byte order:
 *
 * <pre>
 *   0     10    16    20      40        44    88    92    128  136       144         152
 *  +-----+-----+-----+-------+---------+-----+-----+-----+----+---------+-----------+
 *  | no. |flags|magic|version|page size|flags| pad |flags|root|last page|transaction|
 *  +-----+-----+-----+-------+---------+-----+-----+-----+----+---------+-----------+
 *                            free pages' database  main database
 * </pre>
 */
public final class MetaPages {

  private static final int MAGIC = 0xBEEFC0DE;
  private static final int FORMAT = 1;
  private static final int MIN_PAGE_BYTES = 256;
  private static final int MAX_PAGE_BYTES = 1 << 16;

  private static final int MAGIC_AT = 16;
  private static final int FORMAT_AT = 20;
  private static final int PAGE_BYTES_AT = 40;
  private static final int FREE_FLAGS_AT = 44;
  private static final int MAIN_PAD_AT = 88;
  private static final int MAIN_FLAGS_AT = 92;
  private static final int MAIN_ROOT_AT = 128;
  private static final int LAST_PAGE_AT = 136;
  private static final int TRANSACTION_AT = 144;
  private static final int LENGTH = 152;

  // Within a page of the tree.
  private static final int FLAGS_AT = 10;
  private static final int LOWER_AT = 12;
  private static final int NODES_AT = 16;
  private static final int LEAF = 0x02;

  // Within a node: length of its key, its key, and in the value of a database its root.
  private static final int KEY_LENGTH_AT = 6;
  private static final int KEY_AT = 8;
  private static final int ROOT_AT = 40;

  private final FileChannel file;
  private final ByteBuffer first;
  private final ByteBuffer second;

  private MetaPages(FileChannel file) throws IOException {
    this.file = file;
    this.first = read(0, LENGTH);
    int pageBytes = first.getInt(PAGE_BYTES_AT);
    if (pageBytes < MIN_PAGE_BYTES
        || pageBytes > MAX_PAGE_BYTES
        || Integer.bitCount(pageBytes) != 1) {
      throw damaged("page size (byte %d) is %d".formatted(PAGE_BYTES_AT, pageBytes));
    }
    this.second = read(pageBytes, LENGTH);
  }

  /**
   * Checks the file in {@code directory}.
   *
   * @param lastCommitFailed whether the last commit ended in an error. That commit may have put its
   *     root into the older page, so the tree of the older page is not checked then
   * @throws DamagedException when the pages cannot both be what was written
   * @throws LmdbException when the file cannot be read
   */
  public static void check(Path directory, BooleanSupplier lastCommitFailed) {
    try (FileChannel file =
        FileChannel.open(directory.resolve(DataFile.NAME), StandardOpenOption.READ)) {
      if (file.size() == 0) {
        // StoreEnvironment.open reports it.
        return;
      }
      MetaPages found = new MetaPages(file);
      boolean commitFailed = lastCommitFailed.getAsBoolean();
      DamagedException problem = found.problem(commitFailed);
      while (problem != null) {
        MetaPages again = new MetaPages(file);
        boolean failedMeanwhile = lastCommitFailed.getAsBoolean();
        if (again.first.equals(found.first)
            && again.second.equals(found.second)
            && failedMeanwhile == commitFailed) {
          throw problem;
        }
        // The process that is about to be fenced has committed meanwhile, or has tried to.
        found = again;
        commitFailed = failedMeanwhile;
        problem = found.problem(commitFailed);
      }
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
  }

  private @Nullable DamagedException problem(boolean commitFailed) throws IOException {
    try {
      expect("magic number", first.getInt(MAGIC_AT), MAGIC, MAGIC_AT);
      expect("format", first.getInt(FORMAT_AT), FORMAT, FORMAT_AT);
      expectSame("magic number", MAGIC_AT);
      expectSame("format", FORMAT_AT);
      expectSame("page size", PAGE_BYTES_AT);
      expectSame("pad of the main database", MAIN_PAD_AT);
      expectFlags("flags of the free pages' database", FREE_FLAGS_AT);
      expectFlags("flags of the main database", MAIN_FLAGS_AT);
      long even = first.getLong(TRANSACTION_AT);
      long odd = second.getLong(TRANSACTION_AT);
      if (even % 2 != 0 || Math.abs(even - odd) != 1) {
        throw damaged(
            """
            its two transaction ids (byte %d of each page) are %d and %d, expected an even one \
            and one that comes right before or after it"""
                .formatted(TRANSACTION_AT, even, odd));
      }
      ByteBuffer newer = even > odd ? first : second;
      ByteBuffer older = even > odd ? second : first;
      checkLastPage(newer.getLong(LAST_PAGE_AT), older.getLong(LAST_PAGE_AT));
      checkState(newer);
      if (older.getLong(TRANSACTION_AT) > 1 && !commitFailed) {
        // Transaction 1 creates the databases, and no state.
        checkState(older);
      }
      return null;
    } catch (DamagedException e) {
      return e;
    } catch (IndexOutOfBoundsException e) {
      return damaged("tree leads beyond a page");
    }
  }

  /** The last page never moves to the front, and never lies far beyond the end of the file. */
  private void checkLastPage(long found, long before) throws IOException {
    long most = file.size() / first.getInt(PAGE_BYTES_AT) + DataFile.MAX_UNWRITTEN_PAGES - 1;
    if (found < before || found > most) {
      throw damaged(
          """
          last page (byte %d) is %d, expected %d (that of the transaction before) to %d (the end \
          of the file)"""
              .formatted(LAST_PAGE_AT, found, before, most));
    }
  }

  private void checkState(ByteBuffer meta) throws IOException {
    ByteBuffer databases = leaf(meta.getLong(MAIN_ROOT_AT));
    ByteBuffer states = leaf(value(databases, "meta").getLong(ROOT_AT));
    long found = StoreState.decode(value(states, "state")).transaction();
    long expected = meta.getLong(TRANSACTION_AT);
    if (found != expected) {
      throw damaged(
          "root (byte %d) leads to the state of transaction %d, expected %d"
              .formatted(MAIN_ROOT_AT, found, expected));
    }
  }

  private ByteBuffer leaf(long number) throws IOException {
    int pageBytes = first.getInt(PAGE_BYTES_AT);
    if (number < 0 || number >= file.size() / pageBytes) {
      throw damaged("tree leads to page %d of %d".formatted(number, file.size() / pageBytes));
    }
    ByteBuffer page = read(number * pageBytes, pageBytes);
    if (page.getLong(0) != number || (page.getShort(FLAGS_AT) & LEAF) == 0) {
      throw damaged("tree leads to page %d, which is not what was written there".formatted(number));
    }
    return page;
  }

  private ByteBuffer value(ByteBuffer leaf, String name) {
    ByteBuffer key = ByteBuffer.wrap(name.getBytes(US_ASCII));
    int nodes = (leaf.getShort(LOWER_AT) - NODES_AT) / Short.BYTES;
    for (int i = 0; i < nodes; i++) {
      int node = leaf.getShort(NODES_AT + i * Short.BYTES) & 0xFFFF;
      int valueAt = node + KEY_AT + leaf.getShort(node + KEY_LENGTH_AT);
      if (leaf.slice(node + KEY_AT, valueAt - node - KEY_AT).equals(key)) {
        return leaf.slice(valueAt, leaf.getInt(node)).order(ByteOrder.nativeOrder());
      }
    }
    throw damaged("tree has no \"%s\"".formatted(name));
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw damaged("file ends within a page (byte %d)".formatted(position + bytes.position()));
      }
    }
    return bytes.flip();
  }

  private void expectSame(String what, int at) {
    expect(what, second.getInt(at), first.getInt(at), first.getInt(PAGE_BYTES_AT) + at);
  }

  private void expectFlags(String what, int at) {
    expect(what, second.getShort(at), first.getShort(at), first.getInt(PAGE_BYTES_AT) + at);
  }

  private void expect(String what, int found, int expected, int at) {
    if (found != expected) {
      throw damaged("%s (byte %d) is %d, expected %d".formatted(what, at, found, expected));
    }
  }

  private static DamagedException damaged(String problem) {
    return new DamagedException("meta pages of %s: %s".formatted(DataFile.NAME, problem));
  }
}
