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
 * read: LMDB overwrites a page only two commits after it was freed. Nothing tells for certain where
 * the free pages' database begins, so the page there is held against the form of such a database:
 * LMDB ends the process if it takes other bytes for free pages. The layout is that of LMDB 0.9 with
 * 64 bits, in the platform's byte order:
 *
 * <pre>
 *   0     10    16    20      40        44    80   88    92    128  136       144         152
 *  +-----+-----+-----+-------+---------+-----+----+-----+-----+----+---------+-----------+
 *  | no. |flags|magic|version|page size|flags|root| pad |flags|root|last page|transaction|
 *  +-----+-----+-----+-------+---------+-----+----+-----+-----+----+---------+-----------+
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
  private static final int FREE_ROOT_AT = 80;
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
  private static final int BRANCH = 0x01;
  private static final int LEAF = 0x02;
  private static final int OVERFLOW = 0x04;

  private static final long CHILD_MASK = 0xFFFF_FFFF_FFFFL;
  private static final int MAX_DEPTH = 32;

  /** The root of a database that is empty. */
  private static final long NO_PAGE = -1;

  // Within a node: flags, length of its key, its key, and in the value of a database its root.
  private static final int NODE_FLAGS_AT = 4;
  private static final int VALUE_ON_OWN_PAGES = 0x01;
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
      checkFreePages(newer);
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

  /**
   * Each value of the free pages' database is a list of page numbers, with their count before them,
   * under the id of the transaction that freed them. Every transaction copies pages and so frees
   * some: the last list of the tree is that of the last transaction. The root of an earlier tree
   * would make LMDB overwrite pages that are in use.
   */
  private void checkFreePages(ByteBuffer meta) throws IOException {
    long root = meta.getLong(FREE_ROOT_AT);
    if (root == NO_PAGE) {
      return;
    }
    long last = 0;
    ByteBuffer page = lastLeaf(root);
    for (int i = 0; i < nodes(page); i++) {
      int node = node(page, i);
      long transaction = page.getLong(node + KEY_AT);
      if (page.getShort(node + KEY_LENGTH_AT) != Long.BYTES
          || transaction <= last
          || !isList(page, node)) {
        throw noFreePages(root);
      }
      last = transaction;
    }
    // Transaction 1 creates the databases, and frees nothing.
    if (last != meta.getLong(TRANSACTION_AT) && meta.getLong(TRANSACTION_AT) > 1) {
      throw noFreePages(root);
    }
  }

  private static DamagedException noFreePages(long root) {
    return damaged(
        "root (byte %d) leads to page %d, which does not lead to the last list of free pages"
            .formatted(FREE_ROOT_AT, root));
  }

  /** Whether a value can be a count and as many page numbers. */
  private boolean isList(ByteBuffer page, int node) throws IOException {
    int valueAt = node + KEY_AT + Long.BYTES;
    boolean onOwnPages = (page.getShort(node + NODE_FLAGS_AT) & VALUE_ON_OWN_PAGES) != 0;
    long count =
        onOwnPages
            ? page(page.getLong(valueAt), OVERFLOW).getLong(NODES_AT)
            : page.getLong(valueAt);
    return count >= 0 && count < page.getInt(node) / Long.BYTES;
  }

  private ByteBuffer lastLeaf(long root) throws IOException {
    ByteBuffer page = page(root, LEAF | BRANCH);
    for (int depth = 1; (page.getShort(FLAGS_AT) & BRANCH) != 0; depth++) {
      if (depth > MAX_DEPTH) {
        throw noFreePages(root);
      }
      // A branch has the number of the next page where a leaf has length and flags of a value.
      page = page(page.getLong(node(page, nodes(page) - 1)) & CHILD_MASK, LEAF | BRANCH);
    }
    return page;
  }

  private ByteBuffer leaf(long number) throws IOException {
    return page(number, LEAF);
  }

  /** The page with this number, which must have one of these flags. */
  private ByteBuffer page(long number, int flags) throws IOException {
    int pageBytes = first.getInt(PAGE_BYTES_AT);
    if (number < 0 || number >= file.size() / pageBytes) {
      throw damaged("tree leads to page %d of %d".formatted(number, file.size() / pageBytes));
    }
    ByteBuffer page = read(number * pageBytes, pageBytes);
    if (page.getLong(0) != number || (page.getShort(FLAGS_AT) & flags) == 0) {
      throw damaged("tree leads to page %d, which is not what was written there".formatted(number));
    }
    return page;
  }

  private static int nodes(ByteBuffer page) {
    return (page.getShort(LOWER_AT) - NODES_AT) / Short.BYTES;
  }

  private static int node(ByteBuffer page, int index) {
    return page.getShort(NODES_AT + index * Short.BYTES) & 0xFFFF;
  }

  private ByteBuffer value(ByteBuffer leaf, String name) {
    ByteBuffer key = ByteBuffer.wrap(name.getBytes(US_ASCII));
    int nodes = nodes(leaf);
    for (int i = 0; i < nodes; i++) {
      int node = node(leaf, i);
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
