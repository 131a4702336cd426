package dev.licet.server.http;

import dev.licet.core.Unavailable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/// An answer on its way from the one thread that writes it to the event loop. It goes out in pieces; the writer waits
/// while what the client has not taken of them would be more than a window, and fails when the client takes nothing for
/// too long or is gone. The lock guards what the event loop changes.
final class AnswerStream extends OutputStream {
    private static final int PIECE = 16 << 10;

    private final BodyBudget.Share share;
    private final int window;
    private final Duration patience;
    private final BiConsumer<AnswerStream, byte[]> wire;
    private final byte[] piece = new byte[PIECE];
    private int length;
    private boolean begun;
    private boolean closed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int onTheWay;
    private long taken;
    private boolean gone;

    /// @param wire is given the pieces in their order, and has [#taken] called for each
    AnswerStream(BodyBudget.Share share, int window, Duration patience, BiConsumer<AnswerStream, byte[]> wire) {
        this.share = share;
        this.window = window;
        this.patience = patience;
        this.wire = wire;
    }

    /// The client has taken a piece of this length.
    void taken(int bytes) {
        lock.lock();
        try {
            onTheWay -= bytes;
            taken += bytes;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The client takes no more.
    void gone() {
        lock.lock();
        try {
            gone = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Whether something of it is on the way.
    boolean hasBegun() {
        return begun;
    }

    /// What is not on the way yet; nothing can be written any more.
    byte[] rest() {
        closed = true;
        return Arrays.copyOf(piece, length);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        int at = offset;
        while (at < offset + count) {
            if (length == piece.length) {
                flush();
            }
            int fits = Math.min(offset + count - at, piece.length - length);
            System.arraycopy(bytes, at, piece, length, fits);
            length += fits;
            at += fits;
        }
    }

    @Override
    public void flush() throws IOException {
        if (closed) {
            throw new IOException("the answer is closed");
        }
        if (length == 0) {
            return;
        }
        if (!begun && !share.grow(window)) {
            throw new Unavailable("no memory for answers", Duration.ofSeconds(1));
        }
        begun = true;
        awaitRoom();
        wire.accept(this, Arrays.copyOf(piece, length));
        length = 0;
    }

    private void awaitRoom() throws IOException {
        lock.lock();
        try {
            long before = taken;
            long left = patience.toNanos();
            while (!gone && onTheWay + length > window) {
                if (left <= 0) {
                    throw new IOException("the client does not read");
                }
                left = changed.awaitNanos(left);
                if (taken != before) {
                    before = taken;
                    left = patience.toNanos();
                }
            }
            if (gone) {
                throw new IOException("the client is gone");
            }
            onTheWay += length;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        // It is at its end when its writer returns, whether or not it closes what it was given.
        if (!closed) {
            flush();
        }
    }
}
