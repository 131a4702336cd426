package dev.licet.server.http;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Headers;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How the body of a request is packed: its Content-Encoding.
enum Packing {
    PLAIN(0),
    GZIP(32 << 10),
    ZSTD(1 << Packing.ZSTD_WINDOW);

    /// What can be taken, as HTTP writes it.
    static final String KNOWN = "gzip, zstd";

    /// As a power of two: the largest window that RFC 9659 has for zstd over HTTP.
    private static final int ZSTD_WINDOW = 23;

    private static final int STEP = 16 << 10;

    private final int window;

    Packing(int window) {
        this.window = window;
    }

    /// Empty: packed in a way that is not known, or more than once.
    static Optional<Packing> of(Headers headers) {
        if (!headers.has("content-encoding")) {
            return Optional.of(PLAIN);
        }
        List<String> codings = headers.all("content-encoding").stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
                .toList();
        if (codings.isEmpty()) {
            return Optional.of(PLAIN);
        }
        if (codings.size() > 1) {
            return Optional.empty();
        }
        return switch (codings.getFirst()) {
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "zstd" -> Optional.of(ZSTD);
            default -> Optional.empty();
        };
    }

    /// Unpacks a body while it is read; an empty one is empty. To close it closes the body.
    ///
    /// @param most how many bytes it may unpack to
    /// @param share is grown by what the unpacking itself has to remember
    InputStream unpack(InputStream packed, long most, BodyBudget.Share share) {
        return switch (this) {
            case PLAIN -> packed;
            case GZIP -> new Bounded(new GzipStream(packed), most, window, share);
            case ZSTD -> new Bounded(zstd(packed), most, window, share);
        };
    }

    /// Unpacks a body that is there whole.
    byte[] unpack(byte[] packed, int most, BodyBudget.Share share) throws IOException {
        if (this == PLAIN || packed.length == 0) {
            return packed;
        }
        try (InputStream in = unpack(new ByteArrayInputStream(packed), most, share)) {
            byte[] unpacked = new byte[Math.min(most, STEP)];
            int length = 0;
            while (true) {
                if (length == unpacked.length) {
                    int more = Math.min(unpacked.length, Math.max(1, most - unpacked.length));
                    if (!share.grow(more)) {
                        throw new BrokenBody(Fault.UNAVAILABLE, "no memory to unpack a body");
                    }
                    unpacked = Arrays.copyOf(unpacked, unpacked.length + more);
                }
                int count = in.read(unpacked, length, unpacked.length - length);
                if (count < 0) {
                    return Arrays.copyOf(unpacked, length);
                }
                length += count;
            }
        }
    }

    private static InputStream zstd(InputStream packed) {
        try {
            return new ZstdInputStreamNoFinalizer(packed, RecyclingBufferPool.INSTANCE).setLongMax(ZSTD_WINDOW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Counts what is unpacked as it comes, and says in our terms what is wrong with it.
    private static final class Bounded extends FilterInputStream {
        private final long most;
        private final int window;
        private final BodyBudget.Share share;
        private long length;

        Bounded(InputStream unpacking, long most, int window, BodyBudget.Share share) {
            super(unpacking);
            this.most = most;
            this.window = window;
            this.share = share;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int wanted) throws IOException {
            int count = unpack(into, offset, wanted);
            if (count > 0) {
                // Of the past it remembers no more than there was, so a small body costs little.
                long remembered = Math.min(length + count, window) - Math.min(length, window);
                if (remembered > 0 && !share.grow(remembered)) {
                    throw new BrokenBody(Fault.UNAVAILABLE, "no memory to unpack a body");
                }
                length += count;
                if (length > most) {
                    throw new BrokenBody(Fault.TOO_LARGE, "a body that unpacks to more than " + most + " bytes");
                }
            }
            return count;
        }

        private int unpack(byte[] into, int offset, int wanted) throws IOException {
            try {
                return in.read(into, offset, wanted);
            } catch (ZstdIOException e) {
                boolean tooLarge = e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge();
                throw new BrokenBody(tooLarge ? Fault.TOO_LARGE : Fault.MALFORMED, "zstd: " + e.getMessage());
            }
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] passed = new byte[(int) Math.min(count, STEP)];
            return count <= 0 ? 0 : Math.max(0, read(passed, 0, passed.length));
        }
    }
}
