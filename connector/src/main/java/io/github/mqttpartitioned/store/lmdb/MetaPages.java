// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.mqttpartitioned.store.StoreDirectory;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * LMDB's two meta pages, looked at before LMDB opens the file. LMDB writes them in turn, one a
 * transaction, and believes the one with the higher transaction id; they carry no checksum. If the
 * newest one's id or root is spoilt, LMDB shows the store as it was a transaction before: sound,
 * and without the messages that were acknowledged last.
 *
 * <p>So each page is held against the other one and against the {@link StoreState} that its own
 * tree leads to, which tells its transaction under a checksum. Both trees can be read: LMDB writes
 * over a page only two commits after it was freed. Places are those of LMDB 0.9 with 64 bits, in
 * the platform's byte order:
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

  // Of a page of the tree.
  private static final int FLAGS_AT = 10;
  private static final int LOWER_AT = 12;
  private static final int NODES_AT = 16;
  private static final int LEAF = 0x02;

  // Of a node: length of its value, of its key, and both. The value of a database has its root.
  private static final int KEY_LENGTH_AT = 6;
  private static final int KEY_AT = 8;
  private static final int ROOT_AT = 40;

  private final FileChannel file;
  private final String place;
  private final ByteBuffer first;
  private final ByteBuffer second;

  private MetaPages(FileChannel file, String place) throws IOException {
    this.file = file;
    this.place = place;
    this.first = read(0, LENGTH);
    int pageBytes = first.getInt(PAGE_BYTES_AT);
    if (pageBytes < MIN_PAGE_BYTES
        || pageBytes > MAX_PAGE_BYTES
        || Integer.bitCount(pageBytes) != 1) {
      throw damaged("page size (byte " + PAGE_BYTES_AT + ") is " + pageBytes);
    }
    this.second = read(pageBytes, LENGTH);
  }

  /**
   * Checks the file of a store. If its last commit has ended in an error, that one may have put its
   * root into the older page, which is not looked at further then.
   *
   * @throws StoreException.Damaged when the pages cannot both be what was written
   */
  public static void check(Path directory) {
    String place = directory.toString();
    try (FileChannel file =
        FileChannel.open(StoreDirectory.dataFile(directory), StandardOpenOption.READ)) {
      if (file.size() == 0) {
        // Another error says so.
        return;
      }
      MetaPages found = new MetaPages(file, place);
      boolean commitFailed = StoreDirectory.hasFailedCommit(directory);
      StoreException.Damaged problem = found.problem(commitFailed);
      while (problem != null) {
        MetaPages again = new MetaPages(file, place);
        boolean failedMeanwhile = StoreDirectory.hasFailedCommit(directory);
        if (again.first.equals(found.first)
            && again.second.equals(found.second)
            && failedMeanwhile == commitFailed) {
          throw problem;
        }
        // The holder to be fenced has committed meanwhile, or tried to.
        found = again;
        commitFailed = failedMeanwhile;
        problem = found.problem(commitFailed);
      }
    } catch (IOException e) {
      throw StoreException.unusable("open", place, e);
    }
  }

  private StoreException.@Nullable Damaged problem(boolean commitFailed) throws IOException {
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
            "its two transaction ids (byte "
                + TRANSACTION_AT
                + " of each page) are "
                + even
                + " and "
                + odd
                + ", expected an even one and one that comes right before or after it");
      }
      ByteBuffer newer = even > odd ? first : second;
      ByteBuffer older = even > odd ? second : first;
      checkLastPage(newer.getLong(LAST_PAGE_AT), older.getLong(LAST_PAGE_AT));
      checkState(newer);
      if (older.getLong(TRANSACTION_AT) > 1 && !commitFailed) {
        // The first transaction makes the databases.
        checkState(older);
      }
      return null;
    } catch (StoreException.Damaged e) {
      return e;
    } catch (IndexOutOfBoundsException e) {
      return damaged("tree leads beyond a page");
    }
  }

  /** A file never has fewer pages in use than before, nor many more than it is long. */
  private void checkLastPage(long found, long before) throws IOException {
    long most = file.size() / first.getInt(PAGE_BYTES_AT) + DataFile.MAX_UNWRITTEN_PAGES - 1;
    if (found < before || found > most) {
      throw damaged(
          "last page (byte "
              + LAST_PAGE_AT
              + ") is "
              + found
              + ", expected "
              + before
              + " (as the transaction before had it) to "
              + most
              + " (as the file is long)");
    }
  }

  private void checkState(ByteBuffer meta) throws IOException {
    ByteBuffer databases = leaf(meta.getLong(MAIN_ROOT_AT));
    ByteBuffer states = leaf(value(databases, "meta").getLong(ROOT_AT));
    long found = StoreState.decode(value(states, "state"), place).transaction();
    long expected = meta.getLong(TRANSACTION_AT);
    if (found != expected) {
      throw damaged(
          "root (byte "
              + MAIN_ROOT_AT
              + ") leads to the state of transaction "
              + found
              + ", expected "
              + expected);
    }
  }

  private ByteBuffer leaf(long number) throws IOException {
    int pageBytes = first.getInt(PAGE_BYTES_AT);
    if (number < 0 || number >= file.size() / pageBytes) {
      throw damaged("tree leads to page " + number + " of " + file.size() / pageBytes);
    }
    ByteBuffer page = read(number * pageBytes, pageBytes);
    if (page.getLong(0) != number || (page.getShort(FLAGS_AT) & LEAF) == 0) {
      throw damaged("tree leads to page " + number + ", which is not what was written there");
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
    throw damaged("tree has no \"" + name + "\"");
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw damaged("file ends within a page (byte " + (position + bytes.position()) + ")");
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
      throw damaged(what + " (byte " + at + ") is " + found + ", expected " + expected);
    }
  }

  private StoreException.Damaged damaged(String problem) {
    return StoreException.damaged(place, "meta pages of data.mdb: " + problem);
  }
}
