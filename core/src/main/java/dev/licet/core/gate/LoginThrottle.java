package dev.licet.core.gate;

import dev.licet.core.id.AccountNumber;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Slows down who guesses passwords: a pair of account and address that failed [Limits#failures] times within
/// a window is refused until the window is over, right password or not. The account itself is never locked,
/// since then anybody could lock it.
///
/// It remembers a bounded number of pairs; past that the pair that was quiet longest is forgotten. Safe for
/// threads: `this` guards the pairs.
public final class LoginThrottle {
    /// @param failures how many failures a window allows @param window how long failures count
    /// @param pairs how many pairs are remembered
    public record Limits(int failures, Duration window, int pairs) {
        public static final Limits DEFAULTS = new Limits(20, Duration.ofMinutes(1), 100_000);
    }

    private record Pair(AccountNumber account, String address) {}

    private static final class Failures {
        int count;
        Instant until = Instant.MIN;
    }

    private final Limits limits;
    private final Clock clock;
    private final LinkedHashMap<Pair, Failures> pairs = new LinkedHashMap<>(64, 0.75f, true);

    public LoginThrottle(Limits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /// Whether this pair has used up its failures.
    public synchronized boolean isShut(AccountNumber account, String address) {
        Failures failures = pairs.get(new Pair(account, address));
        return failures != null && failures.count >= limits.failures() && isRunning(failures, clock.instant());
    }

    /// Books an attempt as failed before it is checked, so that attempts at the same time can't exceed the
    /// limit together. @return false, and nothing booked, when the pair is shut
    public synchronized boolean tryAttempt(AccountNumber account, String address) {
        if (isShut(account, address)) {
            return false;
        }
        Instant now = clock.instant();
        Failures failures = pairs.computeIfAbsent(new Pair(account, address), pair -> new Failures());
        if (!isRunning(failures, now)) {
            failures.count = 0;
            failures.until = now.plus(limits.window());
        }
        failures.count++;
        if (failures.count >= limits.failures()) {
            failures.until = now.plus(limits.window());
        }
        forgetTheQuietest();
        return true;
    }

    /// Takes the booking of an attempt back, because its password was right.
    public synchronized void succeeded(AccountNumber account, String address) {
        Failures failures = pairs.get(new Pair(account, address));
        if (failures != null && failures.count > 0) {
            failures.count--;
        }
    }

    /// A window that ends later than one from now would was booked before the clock was set back: it is over.
    private boolean isRunning(Failures failures, Instant now) {
        return now.isBefore(failures.until) && !failures.until.isAfter(now.plus(limits.window()));
    }

    private void forgetTheQuietest() {
        Iterator<Map.Entry<Pair, Failures>> quietest = pairs.entrySet().iterator();
        while (pairs.size() > limits.pairs() && quietest.hasNext()) {
            quietest.next();
            quietest.remove();
        }
    }
}
