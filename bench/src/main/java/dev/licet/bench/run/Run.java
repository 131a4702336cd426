package dev.licet.bench.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Runs measures: both sides in turns, round by round, and the median of the rounds.
public final class Run {
    private static final List<Measure> MEASURES = List.of(
            new SingleEvents(),
            new Pings(),
            new SeatPings(),
            new Activations(),
            new Checks(),
            new Verifying(),
            new InsightTimes(),
            new Overview(),
            new OverviewOfMany(),
            new FirstContent(),
            new IntakeBesideInsights(),
            new Exporting(),
            new Batches(),
            new ClientIds(),
            new TailLatency(),
            PostgresPeer.inserts(),
            PostgresPeer.copies(),
            new PostgresEvents(),
            new ClusterIntake(),
            new ClusterSink(),
            GrowingNodes.onPostgres(),
            GrowingNodes.onCluster(),
            new KeycloakPeer(),
            new KafkaPeer(),
            new StartUp(),
            new Memory(),
            new Idle(),
            new Reopen(),
            new Demos());

    private Run() {}

    public static void main(String[] arguments) throws Exception {
        Path home =
                Path.of(System.getProperty("licet.home", ".")).toAbsolutePath().normalize();
        try {
            Options options = Options.parse(arguments, home);
            List<Measure> chosen = choose(options.measures());
            List<String> failed = new ArrayList<>();
            for (Measure measure : chosen) {
                try {
                    run(measure, options, home, arguments);
                } catch (Exception e) {
                    failed.add(measure.name());
                    System.err.println(measure.name() + " failed:");
                    e.printStackTrace();
                }
            }
            if (!failed.isEmpty()) {
                System.err.println("failed: " + String.join(", ", failed));
                System.exit(1);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE + "\nmeasures: " + names());
            System.exit(2);
        }
    }

    private static List<Measure> choose(List<String> names) {
        if (names.equals(List.of("all"))) {
            return MEASURES;
        }
        return names.stream()
                .map(name -> MEASURES.stream()
                        .filter(measure -> measure.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no such measure: " + name)))
                .toList();
    }

    private static String names() {
        return MEASURES.stream().map(Measure::name).collect(Collectors.joining(", "));
    }

    private static void run(Measure measure, Options options, Path home, String[] arguments) throws Exception {
        System.out.println("== " + measure.name());
        try (Kit kit = Kit.open(options, home, measure.name())) {
            List<Round> rounds = new ArrayList<>();
            List<String> notes;
            try (Contest contest = measure.prepare(kit)) {
                for (int i = 0; i < options.rounds(); i++) {
                    double others = Machine.busyShare();
                    Round round = new Round(contest.round(i % 2 == 0), others);
                    rounds.add(round);
                    print(measure, i, round);
                }
                notes = contest.notes();
            }
            Report report = new Report(measure, rounds, notes, options, home, arguments);
            report.medians().forEach(System.out::println);
            System.out.println("written to " + report.write());
        }
    }

    private static void print(Measure measure, int index, Round round) {
        for (int i = 0; i < measure.figures().size(); i++) {
            Figure figure = measure.figures().get(i);
            Pair pair = round.pairs().get(i);
            String sides = pair.yardstick().isPresent()
                    ? figure.yardstick().orElse("") + " "
                            + Numbers.text(pair.yardstick().getAsDouble()) + ", Licet " + Numbers.text(pair.licet())
                            + " " + figure.unit() + ", ratio "
                    : figure.unit() + " ";
            System.out.printf(
                    Locale.ROOT,
                    "round %d, %s: %s%s (others use %.0f %% of the machine)%n",
                    index + 1,
                    figure.name(),
                    sides,
                    Numbers.text(pair.figure()),
                    round.others() * 100);
        }
    }

    /// @param others share of the machine that was busy just before, while both sides were at rest
    record Round(List<Pair> pairs, double others) {}
}
