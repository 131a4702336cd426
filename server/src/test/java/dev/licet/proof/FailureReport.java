package dev.licet.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// How long nobody was told of a success in each failure: printed and, of a long run, written down.
final class FailureReport {
    private static final int ROUNDS = Integer.getInteger("licet.nodes.rounds", 1);
    private static final int SECONDS = Integer.getInteger("licet.nodes.seconds", 1);

    private final String profile;
    private final Map<String, List<Row>> rows = new LinkedHashMap<>();

    /// @param inTable how long after the failure all events were in the table, where answers don't wait for that
    private record Row(
            int acknowledged,
            int given,
            int failures,
            Duration events,
            Duration seats,
            Duration pings,
            Optional<Duration> inTable) {}

    /// @param profile of the nodes
    FailureReport(String profile) {
        this.profile = profile;
    }

    /// How often each failure is tried.
    static Stream<Integer> rounds() {
        return IntStream.rangeClosed(1, ROUNDS).boxed();
    }

    /// For as long as the traffic goes on before and after a failure.
    static void pause() throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(SECONDS));
    }

    void add(String failure, Traffic traffic) {
        add(failure, traffic, Optional.empty());
    }

    void add(String failure, Traffic traffic, Optional<Duration> inTable) {
        Row row = new Row(
                traffic.acknowledged().size(),
                traffic.seatsGiven(),
                traffic.failures(),
                traffic.longestPauseOfEvents(),
                traffic.longestPauseOfSeats(),
                traffic.longestPauseOfPings(),
                inTable);
        rows.computeIfAbsent(failure, first -> new ArrayList<>()).add(row);
        System.out.println(profile + ": " + failure + ": " + row.acknowledged() + " events, " + row.given()
                + " seats given, " + row.failures() + " failures; the longest pause was "
                + row.events().toMillis() + " ms of events, " + row.seats().toMillis() + " ms of seats, "
                + row.pings().toMillis() + " ms of pings"
                + inTable.map(time -> "; all in the table after " + time.toMillis() + " ms")
                        .orElse(""));
    }

    /// Into the directory that a long run names.
    void write() throws IOException {
        String results = System.getProperty("licet.nodes.results");
        if (results == null) {
            return;
        }
        LocalDate today = LocalDate.now(Clock.systemUTC());
        StringBuilder report = new StringBuilder("# nodes, " + profile + ", " + today + "\n\nCommit "
                + System.getProperty("licet.nodes.commit") + "; " + Launch.machine() + ".\n`bench/nodes " + profile
                + " " + ROUNDS + " " + SECONDS + "`\n\n"
                + "The longest time in which nobody was told of a success, in seconds: the median of the runs, and the\n"
                + "longest. In each run all that was acknowledged was stored, nothing twice, and no seat was given to"
                + " two.\n\n"
                + "| Failure | runs | events acknowledged | seats given | no answer, or 503 | events | seats | pings |"
                + " all in the table after |\n|---|---|---|---|---|---|---|---|---|\n");
        rows.forEach((failure, all) -> report.append("| " + failure + " | " + all.size() + " | "
                + sum(all, Row::acknowledged) + " | " + sum(all, Row::given) + " | " + sum(all, Row::failures) + " | "
                + seconds(all, row -> Optional.of(row.events())) + " | " + seconds(all, row -> Optional.of(row.seats()))
                + " | " + seconds(all, row -> Optional.of(row.pings())) + " | " + seconds(all, Row::inTable) + " |\n"));
        Files.writeString(Path.of(results, today + "-nodes-" + profile + ".md"), report);
    }

    private static int sum(List<Row> rows, ToIntFunction<Row> count) {
        return rows.stream().mapToInt(count).sum();
    }

    private static String seconds(List<Row> rows, Function<Row, Optional<Duration>> time) {
        List<Double> sorted = rows.stream()
                .flatMap(row -> time.apply(row).stream())
                .map(one -> one.toMillis() / 1000.0)
                .sorted()
                .toList();
        return sorted.isEmpty()
                ? ""
                : String.format(Locale.ROOT, "%.1f, %.1f", sorted.get(sorted.size() / 2), sorted.getLast());
    }
}
