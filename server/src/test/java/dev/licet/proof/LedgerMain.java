package dev.licet.proof;

import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Answer;
import dev.licet.proof.Ledger.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The long run of the ledger, for `bench/ledger`.
final class LedgerMain {
    private static final String USAGE =
            "usage: bench/ledger [--kills 50] [--seed S] [--dir DIR] [--share 3] [--load MILLIS]";
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    private LedgerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!List.of("--kills", "--seed", "--dir", "--share", "--load", "--jar", "--results", "--commit")
                            .contains(arguments[i])
                    || i + 1 == arguments.length) {
                System.err.println(USAGE);
                System.exit(WRONG_USE);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        long seed = Optional.ofNullable(options.get("--seed"))
                .map(Long::parseLong)
                .orElseGet(() -> new Random().nextLong(1_000_000_000));
        Path directory = options.containsKey("--dir")
                ? Path.of(options.get("--dir"))
                : Files.createTempDirectory("licet-ledger");
        int kills = Integer.parseInt(options.getOrDefault("--kills", "50"));
        System.out.println("seed " + seed + ", " + kills + " kills, in " + directory);
        KillRun.Result result = KillRun.run(new KillRun.Plan(
                KillRun.Plan.kills(kills),
                seed,
                directory,
                Launch.of(options.get("--jar")),
                Duration.ofMillis(Long.parseLong(options.getOrDefault("--load", "3000"))),
                Integer.parseInt(options.getOrDefault("--share", "3")),
                System.out::println));
        String report = report(kills, seed, options.get("--commit"), result);
        System.out.println(report);
        Path file = Path.of(options.get("--results")).resolve(LocalDate.now(Clock.systemUTC()) + "-ledger.md");
        Files.writeString(file, report);
        if (!result.findings().isEmpty()) {
            System.out.println(directory + " is kept to look into");
            System.exit(FAILED);
        }
        if (!options.containsKey("--dir")) {
            deleteTree(directory);
        }
    }

    private static String report(int kills, long seed, String commit, KillRun.Result result) throws IOException {
        StringBuilder report = new StringBuilder("# ledger, " + LocalDate.now(Clock.systemUTC()) + "\n\n");
        report.append("Commit " + commit + "; " + Launch.machine() + ".\n`bench/ledger --kills " + kills + " --seed "
                + seed + "`\n\n");
        report.append("| Request | acknowledged | unanswered | refused | lost | doubled | torn | other faults |\n");
        report.append("|---|---|---|---|---|---|---|---|\n");
        for (Kind kind : Kind.values()) {
            report.append("| " + kind + " | " + count(result, kind, Answer.YES) + " | "
                    + count(result, kind, Answer.NONE) + " | " + count(result, kind, Answer.NO) + " | "
                    + faults(result, kind, Fault.LOST) + " | " + faults(result, kind, Fault.DOUBLED) + " | "
                    + faults(result, kind, Fault.TORN) + " | "
                    + result.findings().stream()
                            .filter(finding -> finding.kind() == kind
                                    && !List.of(Fault.LOST, Fault.DOUBLED, Fault.TORN)
                                            .contains(finding.fault()))
                            .count()
                    + " |\n");
        }
        report.append("\n| | |\n|---|---|\n");
        row(report, "kills", kills);
        row(report, "events stored", result.stored().events());
        row(report, "licenses stored", result.stored().licenses());
        row(report, "products stored", result.stored().products());
        row(report, "sessions held", result.ledger().sessions().size());
        row(report, "transaction numbers seen", result.ledger().transactionNumbers());
        row(report, "faults", result.findings().size());
        row(report, "longest restart until it served", seconds(result.longestRestart()));
        row(report, "longest restart until all was compared", seconds(result.longestReady()));
        result.findings().stream().limit(100).forEach(finding -> report.append("\n* " + finding));
        return report.toString();
    }

    private static void row(StringBuilder report, String name, Object value) {
        report.append("| " + name + " | " + value + " |\n");
    }

    private static long count(KillRun.Result result, Kind kind, Answer answer) {
        return result.ledger().entries().stream()
                .filter(entry -> entry.kind() == kind && entry.answer() == answer)
                .count();
    }

    private static long faults(KillRun.Result result, Kind kind, Fault fault) {
        return result.findings().stream()
                .filter(finding -> finding.kind() == kind && finding.fault() == fault)
                .count();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.collect(Collectors.toList()).reversed()) {
                Files.delete(path);
            }
        }
    }
}
