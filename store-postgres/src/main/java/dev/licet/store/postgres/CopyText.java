package dev.licet.store.postgres;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/// Rows as `COPY … FROM STDIN` reads them, in its text format. For one thread.
final class CopyText {
    /// The first time that a timestamp can be, and the first that it can't be any more.
    private static final LocalDateTime FIRST = LocalDateTime.of(-4712, 1, 1, 0, 0);

    private static final LocalDateTime END = LocalDateTime.of(294_276, 12, 31, 0, 0);

    private final StringBuilder text = new StringBuilder(512);

    /// Ends a row.
    CopyText end() {
        text.append('\n');
        return this;
    }

    CopyText next() {
        text.append('\t');
        return this;
    }

    CopyText add(long number) {
        text.append(number);
        return this;
    }

    CopyText add(boolean is) {
        text.append(is ? 't' : 'f');
        return this;
    }

    CopyText add(OptionalLong number) {
        return number.isPresent() ? add(number.getAsLong()) : absent();
    }

    CopyText add(Optional<String> value) {
        return value.isPresent() ? add(value.get()) : absent();
    }

    private CopyText absent() {
        text.append("\\N");
        return this;
    }

    /// The instant in UTC, or the nearest one that a timestamp can be.
    CopyText add(Instant instant) {
        LocalDateTime time = LocalDateTime.ofInstant(instant.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC);
        time = time.isBefore(FIRST) ? FIRST : time.isBefore(END) ? time : END;
        int year = time.getYear();
        padded(year > 0 ? year : 1 - year, 4).append('-');
        padded(time.getMonthValue(), 2).append('-');
        padded(time.getDayOfMonth(), 2).append(' ');
        padded(time.getHour(), 2).append(':');
        padded(time.getMinute(), 2).append(':');
        padded(time.getSecond(), 2).append('.');
        padded(time.getNano() / 1000, 6);
        if (year <= 0) {
            text.append(" BC");
        }
        return this;
    }

    private StringBuilder padded(int number, int digits) {
        int least = 1;
        for (int i = 1; i < digits; i++) {
            least *= 10;
            if (number < least) {
                text.append("0".repeat(digits - i));
                return text.append(number);
            }
        }
        return text.append(number);
    }

    CopyText add(String value) {
        String stored = Texts.stored(value);
        int copied = 0;
        for (int i = 0; i < stored.length(); i++) {
            char c = stored.charAt(i);
            if (c == '\\' || c == '\n' || c == '\r' || c == '\t') {
                text.append(stored, copied, i)
                        .append('\\')
                        .append(c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c);
                copied = i + 1;
            }
        }
        text.append(stored, copied, stored.length());
        return this;
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
