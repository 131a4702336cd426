package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.ExportEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an export is to every engine, seen through the use case.
public abstract class ExportContract {
    private static final Instant NOW = TestClock.START;
    private static final AccountNumber OURS = new AccountNumber(AccountNumber.FIRST + 1);
    private static final AccountNumber THEIRS = new AccountNumber(AccountNumber.FIRST + 2);
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final int MOST = 2;

    private final Caller caller = Caller.operator(OURS);
    private Store store;
    private ExportEvents exports;

    protected abstract Store open(Path directory);

    @BeforeEach
    void start(@TempDir Path directory) {
        store = open(directory);
        store.accounts().add(new Account(OURS, "ours", SIGNING_KEY, false, NOW));
        store.accounts().add(new Account(THEIRS, "theirs", SIGNING_KEY, false, NOW));
        exports = new ExportEvents(store.products(), store.licenseKeys(), store.events(), MOST);
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private static UsageEvent event(AccountNumber account, String name, Optional<String> metadata) {
        return new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                NOW,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                metadata);
    }

    private static UsageEvent event(String name) {
        return event(OURS, name, Optional.empty());
    }

    private void append(UsageEvent... events) {
        assertThat(store.events().append(new Submission(List.of(events), NOW))).isInstanceOf(Outcome.Success.class);
    }

    private EventExport begin(EventFilter filter) {
        return switch (exports.begin(caller, filter)) {
            case Outcome.Success<EventExport>(EventExport export) -> export;
            case Outcome.Refused<EventExport>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    private static List<RecordedEvent> all(EventExport export) {
        List<RecordedEvent> all = new ArrayList<>();
        for (List<RecordedEvent> next = export.next(); !next.isEmpty(); next = export.next()) {
            all.addAll(next);
        }
        return all;
    }

    private List<String> names(EventFilter filter) {
        try (EventExport export = begin(filter)) {
            List<String> names = all(export).stream()
                    .map(found -> found.event().name().orElseThrow())
                    .toList();
            assertThat(export.count()).isEqualTo(names.size());
            assertThat(export.parquet().events()).isEqualTo(names.size());
            return names;
        }
    }

    @Test
    void everyField_isAsItWas() {
        UsageEvent full = new UsageEvent(
                OURS,
                "cryptolens",
                Optional.of("client's id"),
                NOW.minusNanos(1000),
                Optional.of("naïve 名前 🎬 'quoted\"; --"),
                Optional.of("feature\twith\nlines\\"),
                Optional.of(new ProductId(Long.MAX_VALUE)),
                Optional.of("ABCDE-FGHJK"),
                Optional.of("machine ẞ"),
                Optional.of("end user ẞ"),
                Optional.of("session"),
                Optional.of(new UserId(42)),
                Optional.of(new ApplicationId(43)),
                OptionalLong.of(-190),
                Optional.of("USD"),
                Optional.of("{\"a\":[1,2.5,null]}"));
        append(full, event("bare"));

        try (EventExport export = begin(EventFilter.ALL)) {
            assertThat(all(export)).extracting(RecordedEvent::event).containsExactly(full, event("bare"));
            assertThat(export.isComplete()).isTrue();
            assertThat(export.asOf()).isEqualTo(store.events().lastAcknowledged());
        }
    }

    @Test
    void anothersEvents_areNeverInIt() {
        append(event("one"), event(THEIRS, "theirs", Optional.empty()), event("two"));

        assertThat(names(EventFilter.ALL)).containsExactly("one", "two");
    }

    @Test
    void filters_areThoseOfQuestions() {
        UsageEvent early = new UsageEvent(
                OURS,
                "rest",
                Optional.empty(),
                NOW.minusSeconds(60),
                Optional.of("early"),
                Optional.of("f"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("m"),
                Optional.of("u"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of("{\"os\":\"100%\"}"));
        append(early, event("late"));
        List<EventFilter> filters = List.of(
                EventFilter.ALL,
                EventFilter.builder().name(Optional.of("late")).build(),
                EventFilter.builder().name(Optional.of("LATE")).build(),
                EventFilter.builder().feature(Optional.of("f")).build(),
                EventFilter.builder().machine(Optional.of("m")).build(),
                EventFilter.builder().endUser(Optional.of("u")).build(),
                EventFilter.builder().from(Optional.of(NOW)).build(),
                EventFilter.builder().until(Optional.of(NOW)).build(),
                EventFilter.builder().metadataPart(Optional.of("100%")).build(),
                EventFilter.builder()
                        .name(Optional.of("' OR true --"))
                        .until(Optional.of(NOW))
                        .build());

        for (EventFilter filter : filters) {
            assertThat(names(filter).reversed())
                    .isEqualTo(store.events().find(EventQuery.of(OURS, filter, 100)).events().stream()
                            .map(found -> found.event().name().orElseThrow())
                            .toList());
        }
    }

    @Test
    void whatComesAfterItsBegin_isNotInIt() {
        append(event("before"));
        try (EventExport export = begin(EventFilter.ALL)) {
            append(event("after"));
            assertThat(store.events()
                            .find(EventQuery.of(OURS, EventFilter.ALL, 10))
                            .events())
                    .hasSize(2);

            assertThat(all(export)).hasSize(1);
            assertThat(export.count()).isEqualTo(1);
            assertThat(export.parquet().events()).isEqualTo(1);
        }
    }

    @Test
    void manyEvents_betweenAnothers_areEachThereOnceInTheirOrder() {
        for (int i = 0; i < 6; i++) {
            int part = i;
            append(IntStream.range(0, 5000)
                    .mapToObj(j -> event(part % 2 == 0 ? OURS : THEIRS, part + "/" + j, Optional.empty()))
                    .toArray(UsageEvent[]::new));
        }

        try (EventExport export = begin(EventFilter.ALL)) {
            List<RecordedEvent> all = all(export);
            assertThat(all).hasSize(15_000).isSortedAccordingTo((a, b) -> Long.compare(a.id(), b.id()));
            assertThat(all.stream().map(RecordedEvent::id).distinct().count()).isEqualTo(15_000);
        }
    }

    @Test
    void largeEvents_comeFewAtATime_andAllOfThem() {
        String large = "\"" + "x".repeat(1 << 20) + "\"";
        append(IntStream.range(0, 12)
                .mapToObj(i -> event(OURS, "e" + i, Optional.of(large)))
                .toArray(UsageEvent[]::new));

        try (EventExport export = begin(EventFilter.ALL)) {
            List<RecordedEvent> some = export.next();
            assertThat(some).hasSizeBetween(1, 5);
            assertThat(some.size() + all(export).size()).isEqualTo(12);
        }
    }

    @Test
    void parquet_isThereUntilItIsClosed_andAsLongAsItSays() throws IOException {
        append(event("one"), event("two"));
        try (EventExport export = begin(EventFilter.ALL)) {
            EventExport.Parquet file = export.parquet();
            byte[] bytes = file.bytes().readAllBytes();

            assertThat(file.events()).isEqualTo(2);
            assertThat(file.length()).isEqualTo(bytes.length);
            byte[] sign = "PAR1".getBytes(StandardCharsets.US_ASCII);
            assertThat(Arrays.copyOf(bytes, 4)).isEqualTo(sign);
            assertThat(Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length))
                    .isEqualTo(sign);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Test
    void noEvents_areAnEmptyExport() {
        assertThat(names(EventFilter.ALL)).isEmpty();
    }

    @Test
    void moreThanMay_areUnavailable_untilOneIsClosed() {
        EventExport first = begin(EventFilter.ALL);
        try (EventExport second = begin(EventFilter.ALL)) {
            assertThat(second.count()).isZero();
            assertThatThrownBy(() -> begin(EventFilter.ALL)).isInstanceOf(Unavailable.class);
            first.close();
            first.close();
            begin(EventFilter.ALL).close();
            try (EventExport third = begin(EventFilter.ALL)) {
                assertThat(third.count()).isZero();
                assertThatThrownBy(() -> begin(EventFilter.ALL)).isInstanceOf(Unavailable.class);
            }
        }
    }

    @Test
    void whoMayNot_isRefused_andTakesNoPlace() {
        Set<Permission> others = EnumSet.complementOf(EnumSet.of(Permission.GET_EVENTS));
        Caller without = new Caller(
                OURS,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                others,
                true,
                Optional.empty(),
                KeyLock.ANY);
        EventFilter unknown =
                EventFilter.builder().product(Optional.of(new ProductId(99))).build();
        for (int i = 0; i <= MOST; i++) {
            assertThat(exports.begin(without, EventFilter.ALL))
                    .isEqualTo(Outcome.refused(new Refusal.NotPermitted(Permission.GET_EVENTS.label())));
            assertThat(exports.begin(caller, unknown))
                    .isEqualTo(Outcome.refused(new Refusal.NotFound(Refusal.Kind.PRODUCT)));
        }
        begin(EventFilter.ALL).close();
    }
}
