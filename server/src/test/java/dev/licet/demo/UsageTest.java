package dev.licet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What the made-up customers do looks like what customers do.
class UsageTest {
    private static final int COUNT = 100_000;
    private static final LocalDate UNTIL = LocalDate.of(2026, 11, 27);
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);

    private final Demo demo = new Demo(COUNT, 1, UNTIL);

    private static List<UsageEvent> told(Demo demo) {
        Vendor vendor = new Vendor(demo);
        List<Usage.Under> under = vendor.stints().stream()
                .map(stint -> new Usage.Under(
                        Optional.of(new ProductId(stint.plan().isLesson() ? 2 : 1)), Optional.of("K" + stint.number())))
                .toList();
        List<UsageEvent> told = new ArrayList<>();
        new Usage(vendor, ACCOUNT, under, told::add).tell(demo.events(), List.of());
        return told;
    }

    /// Without what was told again.
    private static List<UsageEvent> counted(List<UsageEvent> told) {
        Set<String> known = new HashSet<>();
        return told.stream()
                .filter(event ->
                        event.clientId().isEmpty() || known.add(event.clientId().get()))
                .toList();
    }

    private static String digest(Collection<UsageEvent> events) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        events.forEach(event -> digest.update(event.toString().getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static long count(Collection<UsageEvent> events, Predicate<UsageEvent> which) {
        return events.stream().filter(which).count();
    }

    private static boolean isNamed(UsageEvent event, String name) {
        return event.name().equals(Optional.of(name));
    }

    private static LocalDate day(UsageEvent event) {
        return event.at().atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private static boolean isOfProgram(UsageEvent event) {
        return event.product().equals(Optional.of(new ProductId(1)));
    }

    @Test
    void sameDemo_isTheSameToTheLastEvent_andAnotherSeedIsNot() throws Exception {
        Demo small = new Demo(5_000, 1, UNTIL);
        String first = digest(told(small));
        assertThat(digest(told(new Demo(5_000, 1, UNTIL)))).isEqualTo(first);
        assertThat(digest(told(new Demo(5_000, 2, UNTIL)))).isNotEqualTo(first);
        assertThat(digest(told(new Demo(5_000, 1, UNTIL.minusDays(1))))).isNotEqualTo(first);
    }

    @Test
    void events_areAsManyAsAskedFor_inTheStory_andInTheOrderOfTheirTimes() {
        for (long count : List.of(Demo.LEAST, 12_345L)) {
            assertThat(counted(told(new Demo(count, 7, UNTIL)))).hasSize((int) count);
        }
        List<UsageEvent> told = told(demo);
        assertThat(told)
                .allMatch(event ->
                        !event.at().isBefore(demo.begin()) && event.at().isBefore(demo.end()));
        assertThat(told.stream().filter(event -> event.clientId().isEmpty()).map(UsageEvent::at))
                .isSorted();
    }

    @Test
    void outage_hasNoEvent_untilItIsOver_thenAllComeById_andSomeTwice() {
        List<UsageEvent> told = told(demo);
        Instant newest = Instant.MIN;
        int late = 0;
        for (UsageEvent event : told) {
            if (demo.isOutage(event.at())) {
                late++;
                assertThat(event.clientId()).isPresent();
                assertThat(newest).isBefore(demo.outageBegin());
            } else {
                assertThat(event.clientId()).isEmpty();
                newest = event.at();
            }
        }
        assertThat(Duration.between(demo.outageBegin(), demo.outageEnd())).isEqualTo(Duration.ofHours(5));
        assertThat(late).isBetween(40, 400);
        assertThat(told.size() - counted(told).size()).isBetween(late / 5, late / 3);
    }

    @Test
    void workingDays_haveMoreThanWeekends_theLastMonthsMoreThanTheFirst_andTheHolidaysLeast() {
        List<UsageEvent> work =
                told(demo).stream().filter(UsageTest::isOfProgram).toList();
        long tuesdays = count(work, event -> day(event).getDayOfWeek() == DayOfWeek.TUESDAY);
        long sundays = count(work, event -> day(event).getDayOfWeek() == DayOfWeek.SUNDAY);
        assertThat(tuesdays).isGreaterThan(2 * sundays);

        LocalDate second = LocalDate.of(2025, 11, 1);
        long before = count(work, event -> isWithin(event, second, 26));
        long after = count(work, event -> isWithin(event, second.plusYears(1), 26));
        assertThat(after).isGreaterThan(before * 4 / 3);

        long holidays = count(work, event -> isWithin(event, LocalDate.of(2025, 12, 21), 12));
        long later = count(work, event -> isWithin(event, LocalDate.of(2026, 1, 11), 12));
        assertThat(holidays).isLessThan(later * 2 / 3);
        assertThat(work).anyMatch(event -> MonthDay.from(day(event)).equals(MonthDay.of(12, 25)));
    }

    private static boolean isWithin(UsageEvent event, LocalDate from, int days) {
        return !day(event).isBefore(from) && day(event).isBefore(from.plusDays(days));
    }

    @Test
    void newVersion_comesInTwoWaves_andHasMoreErrorsAtFirst() {
        List<UsageEvent> work =
                told(demo).stream().filter(UsageTest::isOfProgram).toList();
        LocalDate release = day(demo.release());
        assertThat(shareOfNew(work, demo.begin(), demo.release())).isZero();
        assertThat(shareOfNew(work, release, 30, 20)).isBetween(0.1, 0.5);
        assertThat(shareOfNew(work, day(demo.end()).minusDays(20), 0, 20)).isGreaterThan(0.9);
        double atFirst = errors(work.stream()
                .filter(event -> isNew(event) && isWithin(event, release, 20))
                .toList());
        double before = errors(work.stream().filter(event -> !isNew(event)).toList());
        double atLast = errors(work.stream()
                .filter(event -> isNew(event) && isWithin(event, UNTIL.minusDays(60), 60))
                .toList());
        assertThat(atFirst).isGreaterThan(2 * before).isGreaterThan(2 * atLast);
    }

    private static LocalDate day(Instant at) {
        return at.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    private static double shareOfNew(List<UsageEvent> events, Instant from, Instant until) {
        return shareOfNew(events.stream()
                .filter(event -> !event.at().isBefore(from) && event.at().isBefore(until))
                .toList());
    }

    private static double shareOfNew(List<UsageEvent> events, LocalDate from, int skipped, int days) {
        return shareOfNew(events.stream()
                .filter(event -> isWithin(event, from.plusDays(skipped), days))
                .toList());
    }

    private static double shareOfNew(List<UsageEvent> events) {
        return (double) count(events, UsageTest::isNew) / events.size();
    }

    private static boolean isNew(UsageEvent event) {
        return event.metadata().orElse("").contains("\"version\":\"3.0\"");
    }

    private static double errors(List<UsageEvent> events) {
        return (double) count(events, event -> isNamed(event, "error")) / events.size();
    }

    @Test
    void steps_areAFunnel_theirFeaturesPopularInVeryDifferentMeasure_andTheLastSaysHowLong() {
        List<UsageEvent> told = told(demo);
        long before = Long.MAX_VALUE;
        for (String step : List.of("open", "import", "export", "share")) {
            long now = count(told, event -> isNamed(event, step));
            assertThat(now).as(step).isBetween(1L, before * 9 / 10);
            before = now;
        }
        long pen =
                count(told, event -> isNamed(event, "edit") && event.feature().equals(Optional.of("pen")));
        long proof =
                count(told, event -> isNamed(event, "edit") && event.feature().equals(Optional.of("proof")));
        assertThat(pen).isGreaterThan(10 * proof).isPositive();
        assertThat(proof).isPositive();
        assertThat(told)
                .allMatch(event -> event.value().isPresent()
                        == (isNamed(event, "close") || isNamed(event, "finish") || isNamed(event, "leave")));
        assertThat(told).filteredOn(event -> !isOfProgram(event)).isNotEmpty();
    }

    @Test
    void nobodyUses_whatTheyDoNotHave() {
        Vendor vendor = new Vendor(demo);
        for (UsageEvent event : told(demo)) {
            Stint stint = vendor.stints()
                    .get(Integer.parseInt(event.key().orElseThrow().substring(1)));
            assertThat(event.at()).isAfterOrEqualTo(stint.from());
            assertThat(event.at()).isBefore(stint.until().plus(Sitting.LONGEST));
            assertThat(stint.client().machines().stream().map(Machine::code)).contains(event.machine());
        }
    }
}
