package dev.licet.server.http;

import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Fault;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A body on its way from the event loop, which puts in what came and never waits, to the one thread that reads it.
///
/// What waits unread stands in a ring that grows with need, up to a window and within the budget of all bodies: the
/// many small pieces that a client may cut its body into cost no more than their bytes. When there is no room for
/// another piece the event loop is told to hold the wire, and the reader lets it go on when half of the ring is free.
/// The lock guards all fields; it is never held while somebody else is called.
final class BodyStream extends InputStream {
    /// The most that comes in one piece.
    static final int PIECE = 16 << 10;

    private final BodyBudget.Share share;
    private final int window;
    private final Runnable wanted;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] ring = new byte[0];
    private int first;
    private int waiting;
    private boolean held;
    private boolean ended;
    private boolean closed;
    private @Nullable BrokenBody broken;
    private boolean begun;

    /// @param window the most bytes of the ring @param wanted is called by the reader, first when it begins to read,
    /// and
    /// then whenever a wire that was held may go on
    BodyStream(BodyBudget.Share share, int window, Runnable wanted) {
        this.share = share;
        this.window = window;
        this.wanted = wanted;
    }

    /// Takes what came. @return whether the wire may go on
    boolean put(byte[] piece) {
        lock.lock();
        try {
            if (closed || broken != null) {
                return true; // it runs dry
            }
            if (ring.length - waiting < piece.length && !grow(waiting + piece.length)) {
                breakOff(new BrokenBody(Fault.UNAVAILABLE, "no memory for the bodies of requests"));
                return true;
            }
            int at = (first + waiting) % ring.length;
            int straight = Math.min(piece.length, ring.length - at);
            System.arraycopy(piece, 0, ring, at, straight);
            System.arraycopy(piece, straight, ring, 0, piece.length - straight);
            waiting += piece.length;
            held = ring.length - waiting < PIECE && (ring.length >= window || !grow(ring.length + 1));
            changed.signal();
            return !held;
        } finally {
            lock.unlock();
        }
    }

    private boolean grow(int least) {
        int size = Math.max(least, Math.min(window, Math.max(PIECE, 2 * ring.length)));
        if (!share.grow(size - ring.length)) {
            return false;
        }
        byte[] wider = new byte[size];
        int straight = Math.min(waiting, ring.length - first);
        System.arraycopy(ring, first, wider, 0, straight);
        System.arraycopy(ring, 0, wider, straight, waiting - straight);
        ring = wider;
        first = 0;
        return true;
    }

    /// Whether the wire has to wait for the reader.
    boolean isHeld() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /// There will be no more: that was all.
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// There will be no more, for this reason. What waits is lost.
    void breakOff(BrokenBody reason) {
        lock.lock();
        try {
            if (!ended && broken == null) {
                broken = reason;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws BrokenBody {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws BrokenBody {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        begin();
        int count;
        boolean goOn;
        lock.lock();
        try {
            while (waiting == 0 && broken == null && !ended && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                throw new BrokenBody(Fault.FAILED, "the body is closed");
            }
            if (broken != null) {
                throw new BrokenBody(broken.fault(), String.valueOf(broken.getMessage()));
            }
            if (waiting == 0) {
                return -1;
            }
            count = Math.min(length, waiting);
            int straight = Math.min(count, ring.length - first);
            System.arraycopy(ring, first, into, offset, straight);
            System.arraycopy(ring, 0, into, offset + straight, count - straight);
            first = (first + count) % ring.length;
            waiting -= count;
            goOn = held && waiting <= ring.length / 2 && ring.length - waiting >= PIECE;
            held = held && !goOn;
        } finally {
            lock.unlock();
        }
        if (goOn) {
            wanted.run();
        }
        return count;
    }

    private void begin() {
        if (!begun) {
            begun = true;
            wanted.run();
        }
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return broken == null && !closed ? waiting : 0;
        } finally {
            lock.unlock();
        }
    }

    /// Nobody reads any more.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            held = false;
            ring = new byte[0];
            waiting = 0;
            first = 0;
        } finally {
            lock.unlock();
        }
    }
}
