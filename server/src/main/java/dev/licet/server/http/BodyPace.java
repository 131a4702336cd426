package dev.licet.server.http;

/// Whether a body that is read as it comes keeps coming. It is looked at [#LOOKS] times in a request-timeout: a client
/// that was silent for that long is too slow, and so is one that sent less in that time than it has to. Nothing is
/// asked of it while the wire is held, since then it is we who are slow. Belongs to the event loop.
final class BodyPace {
    static final int LOOKS = 4;

    private final long least;
    private int quiet;
    private int looks;
    private long bytes;

    /// @param least the bytes that have to come in a request-timeout
    BodyPace(long least) {
        this.least = least;
    }

    void came(int count) {
        quiet = 0;
        bytes += count;
    }

    /// @param held whether nothing can come
    boolean isTooSlow(boolean held) {
        if (held) {
            quiet = 0;
            looks = 0;
            bytes = 0;
            return false;
        }
        looks++;
        quiet++;
        if (quiet > LOOKS) {
            return true;
        }
        if (looks < LOOKS) {
            return false;
        }
        boolean dribbled = quiet < LOOKS && bytes < least;
        looks = 0;
        bytes = 0;
        return dribbled;
    }
}
