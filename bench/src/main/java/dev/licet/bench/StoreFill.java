package dev.licet.bench;

import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.embedded.EmbeddedStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;

/// Fills a store with a month of events of one account, and closes it once all are in the event table:
/// `DIRECTORY EVENTS ACCOUNT`. Machines, keys, features, values and properties differ as they would: few of them
/// make most of the events.
public final class StoreFill {
    private static final int BATCH = 1000;
    private static final int MACHINES = 400_000;
    private static final int KEYS = 50_000;
    private static final long MONTH = 31L * 24 * 3600 * 1_000_000;
    private static final Instant BEGIN = Instant.ofEpochSecond(1_790_000_000L);

    private final AccountNumber account;
    private final Random random = new Random(1);

    private StoreFill(AccountNumber account) {
        this.account = account;
    }

    public static void main(String[] arguments) throws Exception {
        int wanted = Integer.parseInt(arguments[1]);
        StoreFill fill = new StoreFill(new AccountNumber(Long.parseLong(arguments[2])));
        try (EmbeddedStore store = EmbeddedStore.open(Path.of(arguments[0]))) {
            for (int i = 0; i < wanted; i += BATCH) {
                store.events().append(new Submission(fill.batch(i, wanted), Instant.now()));
            }
            while (store.events().lastQueryable() < store.events().lastAcknowledged()) {
                Thread.sleep(20);
            }
        }
    }

    private List<UsageEvent> batch(int from, int of) {
        return Stream.iterate(from, i -> i + 1)
                .limit(BATCH)
                .map(i -> event(BEGIN.plusNanos(MONTH / of * i * 1000)))
                .toList();
    }

    /// A number below a bound, the low ones more often.
    private int few(int bound) {
        double share = random.nextDouble();
        return (int) (share * share * share * bound);
    }

    private UsageEvent event(Instant at) {
        int machine = few(MACHINES);
        return new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                at.plusNanos(random.nextInt(1_000_000) * 1000L),
                Optional.of(random.nextInt(10) == 0 ? "purchase" : "use"),
                Optional.of("Feature " + few(40)),
                Optional.of(new ProductId(1 + few(5))),
                Optional.of("AAAAA-BBBBB-CCCCC-" + (10_000 + machine % KEYS)),
                Optional.of("machine-" + Integer.toHexString(machine * 0x9E3779B1)),
                Optional.empty(),
                Optional.of("s" + random.nextInt(1 << 20)),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(few(100_000)),
                Optional.of("USD"),
                Optional.of(
                        "{\"os\":\"linux\",\"version\":\"1." + few(30) + "\",\"ms\":" + random.nextInt(5000) + "}"));
    }
}
