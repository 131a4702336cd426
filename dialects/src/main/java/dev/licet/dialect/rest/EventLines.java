package dev.licet.dialect.rest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The lines of a body, one at a time; blank ones are passed over.
final class EventLines {
    private final InputStream in;
    private final int longest;
    private byte[] buffer = new byte[16 << 10];
    private int from;
    private int end;

    /// @param longest what a line may have, in bytes
    EventLines(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /// A line without its end. @param bytes empty when there are too many
    record Line(byte[] bytes, boolean tooLong) {}

    /// The next line; empty at the end.
    Optional<Line> next() throws IOException {
        while (true) {
            Line line = line();
            if (line == null) {
                return Optional.empty();
            }
            if (line.tooLong || !isBlank(line.bytes)) {
                return Optional.of(line);
            }
        }
    }

    private @Nullable Line line() throws IOException {
        int seen = 0;
        boolean tooLong = false;
        while (true) {
            for (int i = from + seen; i < end; i++) {
                if (buffer[i] == '\n') {
                    Line line = taken(i, tooLong);
                    from = i + 1;
                    return line;
                }
            }
            seen = end - from;
            if (seen > longest) {
                tooLong = true;
                from = end; // what came of it is of no use
                seen = 0;
            }
            if (!fill()) {
                Line line = seen == 0 && !tooLong ? null : taken(end, tooLong);
                from = end;
                return line;
            }
        }
    }

    private Line taken(int lineEnd, boolean tooLong) {
        return tooLong || lineEnd - from > longest
                ? new Line(new byte[0], true)
                : new Line(Arrays.copyOfRange(buffer, from, lineEnd), false);
    }

    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, end - from);
            end -= from;
            from = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * end);
        }
        int count = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, count);
        return count > 0;
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
