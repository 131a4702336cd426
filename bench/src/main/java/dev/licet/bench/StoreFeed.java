package dev.licet.bench;

import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.embedded.EmbeddedStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Feeds a store's event log in its own process, with no server between: what the store alone can take.
///
/// `DIRECTORY timed THREADS WARM_UP_SECONDS SECONDS` prints events and seconds; `DIRECTORY count EVENTS` appends
/// that many, says so, and waits to be killed; `DIRECTORY repeated THREADS EVENTS` appends one and the same event that
/// often, and prints events, and seconds until all can be queried.
public final class StoreFeed {
    private static final int BATCH = 1000;
    private static final Duration LOADING = Duration.ofMinutes(10);

    private StoreFeed() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedStore store = EmbeddedStore.open(Path.of(arguments[0]));
        if (arguments[1].equals("timed")) {
            int threads = Integer.parseInt(arguments[2]);
            timed(
                    store,
                    threads,
                    Duration.ofSeconds(Integer.parseInt(arguments[3])),
                    Duration.ofSeconds(Integer.parseInt(arguments[4])));
            store.close();
            return;
        }
        if (arguments[1].equals("repeated")) {
            repeated(store, Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]));
            store.close();
            return;
        }
        long wanted = Long.parseLong(arguments[2]);
        long last = 0;
        while (last < wanted) {
            store.events().append(new Submission(batch(), Instant.now()));
            last = store.events().lastAcknowledged();
        }
        System.out.println("DONE " + last);
        new CountDownLatch(1).await();
    }

    private static void timed(EmbeddedStore store, int threads, Duration warmUp, Duration length) throws Exception {
        feed(store, threads, warmUp);
        awaitLoaded(store);
        long before = System.nanoTime();
        long events = feed(store, threads, length);
        double seconds = (System.nanoTime() - before) / 1e9;
        awaitLoaded(store);
        double untilLoaded = (System.nanoTime() - before) / 1e9;
        System.out.println("DONE " + events + " " + seconds + " " + untilLoaded);
    }

    private static void repeated(EmbeddedStore store, int threads, long wanted) throws InterruptedException {
        List<UsageEvent> batch = Collections.nCopies(BATCH, event(0));
        AtomicLong left = new AtomicLong(wanted / BATCH);
        EventQuery newest = EventQuery.of(batch.getFirst().account(), EventFilter.ALL, 1);
        store.events().find(newest); // from now on it is loaded as it comes
        long before = System.nanoTime();
        List<Thread> feeding = IntStream.range(0, threads)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    while (left.getAndDecrement() > 0) {
                        store.events().append(new Submission(batch, Instant.now()));
                    }
                }))
                .toList();
        for (Thread thread : feeding) {
            thread.join();
        }
        while (!store.events().find(newest).complete()) {
            // it waits by itself
        }
        double seconds = (System.nanoTime() - before) / 1e9;
        System.out.println("DONE " + store.events().lastQueryable() + " " + seconds);
    }

    private static long feed(EmbeddedStore store, int threads, Duration length) throws InterruptedException {
        AtomicLong events = new AtomicLong();
        long end = System.nanoTime() + length.toNanos();
        List<Thread> feeding = IntStream.range(0, threads)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    while (System.nanoTime() < end) {
                        store.events().append(new Submission(batch(), Instant.now()));
                        events.addAndGet(BATCH);
                    }
                }))
                .toList();
        for (Thread thread : feeding) {
            thread.join();
        }
        return events.get();
    }

    private static void awaitLoaded(EmbeddedStore store) throws InterruptedException {
        long end = System.nanoTime() + LOADING.toNanos();
        while (store.events().lastQueryable() < store.events().lastAcknowledged()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not loaded in time");
            }
            Thread.sleep(5);
        }
    }

    /// The events of a batch as the server would make them of what the load generator sends.
    private static List<UsageEvent> batch() {
        return IntStream.range(0, BATCH).mapToObj(StoreFeed::event).toList();
    }

    private static UsageEvent event(int i) {
        return new UsageEvent(
                new AccountNumber(123_456_789_012_345L),
                "cryptolens",
                Optional.empty(),
                Instant.ofEpochSecond(1_790_000_000L + i),
                Optional.of(i % 2 == 0 ? "start" : "stop"),
                Optional.of("Feature " + i % 20),
                Optional.of(new ProductId(1)),
                Optional.of("AAAAA-BBBBB-CCCCC-DDDDD"),
                Optional.of("machine-1"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(i),
                Optional.of("USD"),
                Optional.of("{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}"));
    }
}
