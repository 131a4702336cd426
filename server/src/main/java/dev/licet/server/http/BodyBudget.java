package dev.licet.server.http;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that the bodies of all requests share. Safe for threads.
final class BodyBudget {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long most) {
        this.most = most;
    }

    /// What all requests hold now.
    long taken() {
        return taken.get();
    }

    /// One request's part, nothing so far.
    final class Share {
        private long held;
        private boolean freed;

        /// Takes more, or says that there is not so much.
        synchronized boolean grow(long bytes) {
            if (freed) {
                return false;
            }
            if (taken.addAndGet(bytes) > most) {
                taken.addAndGet(-bytes);
                return false;
            }
            held += bytes;
            return true;
        }

        /// Gives all back, for good.
        synchronized void free() {
            freed = true;
            taken.addAndGet(-held);
            held = 0;
        }
    }
}
