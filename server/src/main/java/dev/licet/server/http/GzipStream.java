package dev.licet.server.http;

import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Unpacks gzip (RFC 1952), one member or several. The JDK's own stream takes a body to be at its end when no byte
/// waits behind a member, and passes over what is no member; here both are told apart, whatever pieces it comes in.
final class GzipStream extends InputStream {
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream packed;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] input = new byte[8 << 10];
    private int at;
    private int end;
    private boolean inMember;
    private boolean closed;

    GzipStream(InputStream packed) {
        this.packed = packed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (closed) {
            throw new IOException("closed");
        }
        while (length > 0) {
            if (!inMember && !beginMember()) {
                return -1;
            }
            int count = inflate(into, offset, length);
            if (count > 0) {
                checksum.update(into, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsInput()) {
                if (at == end && !fill()) {
                    throw broken("it is cut");
                }
                inflater.setInput(input, at, end - at);
                at = end;
            } else {
                throw broken("it needs a dictionary");
            }
        }
        return 0;
    }

    private int inflate(byte[] into, int offset, int length) throws BrokenBody {
        try {
            return inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            throw broken("bad data");
        }
    }

    /// Reads a member's header, if there is another one.
    private boolean beginMember() throws IOException {
        if (at == end && !fill()) {
            return false;
        }
        checksum.reset();
        if (next() != 0x1f || next() != 0x8b || next() != 8) {
            throw broken("it does not begin as gzip does");
        }
        int flags = next();
        if ((flags & RESERVED) != 0) {
            throw broken("unknown flags");
        }
        skip(6); // time, level, system
        if ((flags & EXTRA) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            int sum = (int) checksum.getValue() & 0xffff;
            if ((next() | next() << 8) != sum) {
                throw broken("wrong checksum of the header");
            }
        }
        checksum.reset();
        inflater.reset();
        inMember = true;
        return true;
    }

    private void endMember() throws IOException {
        at = end - inflater.getRemaining();
        inMember = false;
        long sum = checksum.getValue();
        long length = inflater.getBytesWritten() & 0xffff_ffffL;
        if (nextInt() != sum || nextInt() != length) {
            throw broken("wrong checksum or length");
        }
    }

    private long nextInt() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    private int next() throws IOException {
        if (at == end && !fill()) {
            throw broken("it is cut");
        }
        int next = input[at++] & 0xff;
        checksum.update(next);
        return next;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // its characters are of no use here
        }
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, packed.read(input, 0, input.length));
        return end > 0;
    }

    private static BrokenBody broken(String what) {
        return new BrokenBody(Fault.MALFORMED, "gzip: " + what);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        inflater.end();
        packed.close();
    }
}
