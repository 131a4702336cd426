package dev.licet.server.config;

import dev.licet.core.identity.CallLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the values that people write in settings and on the command line. Empty: not such a value.
public final class Values {
    public static final String DURATION_RULE = "a duration such as 500ms, 30s, 30m, 24h or 400d";

    private static final Duration LONGEST = Duration.ofDays(36_525);
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,10})(|KiB|MiB|GiB)");

    private Values() {}

    public static Optional<Integer> count(String text) {
        return text.matches("[0-9]{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    /// Longer than nothing, and at most a hundred years.
    public static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        return duration.isPositive() && duration.compareTo(LONGEST) <= 0 ? Optional.of(duration) : Optional.empty();
    }

    /// What memory may hold.
    public static Optional<Integer> bytes(String text) {
        return manyBytes(text).filter(bytes -> bytes <= Integer.MAX_VALUE).map(Long::intValue);
    }

    /// Up to 1024 GiB.
    public static Optional<Long> manyBytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long unit = switch (matcher.group(2)) {
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1;
        };
        long bytes = Long.parseLong(matcher.group(1)) * unit;
        return bytes > 0 && bytes <= 1L << 40 ? Optional.of(bytes) : Optional.empty();
    }

    /// A quota such as `1000/1h`.
    public static Optional<CallLimits.Quota> quota(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            return Optional.empty();
        }
        Optional<Integer> calls = count(parts[0]).filter(count -> count > 0);
        Optional<Duration> window = duration(parts[1]);
        return calls.isPresent() && window.isPresent()
                ? Optional.of(new CallLimits.Quota(calls.get(), window.get()))
                : Optional.empty();
    }
}
