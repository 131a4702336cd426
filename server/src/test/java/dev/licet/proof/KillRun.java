package dev.licet.proof;

import dev.licet.cli.Processes;
import dev.licet.core.id.AccountNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Starts a server, loads it, kills it at a random instant, starts it again and compares, over and over; at the end
/// stops it well and compares everything.
final class KillRun {
    private static final Duration SESSION_TIMEOUT = Duration.ofHours(8);
    private static final int KILLED = 128 + 9;
    /// Of the requests that were acknowledged, each so manieth is sent again.
    private static final int SENT_AGAIN = 20;
    private static final int WARM_ANSWERS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// When the kill comes.
    enum Kill {
        /// In the middle of the load.
        UNDER_LOAD,
        /// While it stops, after SIGTERM under load.
        WHILE_STOPPING,
        /// Just after it began to serve, and clients came at once.
        SOON_AFTER_START,
        /// While it starts after a kill, and puts things right.
        WHILE_STARTING
    }

    /// @param launch what stands before the server's own arguments @param longestLoad before a kill
    /// @param share of each kind of client
    record Plan(
            List<Kill> kills,
            long seed,
            Path directory,
            List<String> launch,
            Duration longestLoad,
            int share,
            Consumer<String> progress) {
        Plan {
            kills = List.copyOf(kills);
            launch = List.copyOf(launch);
        }

        /// Each kind of kill in turn, and more of those under load.
        static List<Kill> kills(int count) {
            List<Kill> turn = List.of(
                    Kill.UNDER_LOAD, Kill.WHILE_STOPPING, Kill.SOON_AFTER_START, Kill.UNDER_LOAD, Kill.WHILE_STARTING);
            List<Kill> kills = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                kills.add(turn.get(i % turn.size()));
            }
            return kills;
        }
    }

    /// @param stored what the store held at the end @param longestRestart until it served
    /// @param longestReady until all that was acknowledged could be asked for
    record Result(
            Ledger ledger,
            StoreCheck.Result stored,
            List<Finding> findings,
            Duration longestRestart,
            Duration longestReady) {}

    private final Plan plan;
    private final Random random;
    private final Path data;
    private final Ledger ledger = new Ledger();
    private final List<Finding> findings = new ArrayList<>();
    private int life;
    private int checkedLife;
    private long checkedId;
    private Duration lastStart = Duration.ofSeconds(1);
    private Duration longestRestart = Duration.ZERO;
    private Duration longestReady = Duration.ZERO;

    private KillRun(Plan plan) {
        this.plan = plan;
        this.random = new Random(plan.seed());
        this.data = plan.directory().resolve("data");
    }

    static Result run(Plan plan) throws IOException, InterruptedException {
        return new KillRun(plan).run();
    }

    private Result run() throws IOException, InterruptedException {
        Files.createDirectories(plan.directory());
        JsonNode credentials = init();
        for (int i = 0; i < plan.kills().size(); i++) {
            Kill kill = plan.kills().get(i);
            String told = kill == Kill.WHILE_STARTING ? killWhileStarting() : killUnderLoad(kill, credentials);
            plan.progress()
                    .accept(String.format(
                            Locale.ROOT,
                            "kill %d of %d, %s: %s",
                            i + 1,
                            plan.kills().size(),
                            kill.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            told));
        }
        try (Processes.Running server = serve()) {
            check(Target.of(server, data, credentials));
            Processes.Ended ended = server.terminate();
            if (ended.exitCode() != 0) {
                throw new IllegalStateException("the last stop failed: " + ended);
            }
        }
        AccountNumber account = AccountNumber.parse(
                        credentials.get("account_number").asString())
                .orElseThrow();
        StoreCheck.Result stored = new StoreCheck(ledger, account, SESSION_TIMEOUT).check(data);
        findings.addAll(stored.findings());
        findings.addAll(ledger.findings());
        return new Result(ledger, stored, List.copyOf(findings), longestRestart, longestReady);
    }

    private JsonNode init() throws IOException, InterruptedException {
        try (Processes.Running init = Processes.start(
                plan.launch(), plan.directory(), Map.of(), "init", "--data", data.toString(), "--json")) {
            Processes.Ended ended = init.ended();
            if (ended.exitCode() != 0) {
                throw new IllegalStateException("can't initialise: " + ended.err());
            }
            return new JsonMapper().readTree(ended.out());
        }
    }

    private Processes.Running spawn() throws IOException {
        life++;
        return Processes.start(
                plan.launch(),
                plan.directory(),
                Map.of(),
                "serve",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--tls-port",
                "0",
                "--session-timeout",
                SESSION_TIMEOUT.toSeconds() + "s");
    }

    private Processes.Running serve() throws IOException, InterruptedException {
        long began = System.nanoTime();
        Processes.Running server = spawn();
        try {
            server.awaitErr("serving http");
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        lastStart = Duration.ofNanos(System.nanoTime() - began);
        longestRestart = longestRestart.compareTo(lastStart) > 0 ? longestRestart : lastStart;
        return server;
    }

    private String killWhileStarting() throws IOException, InterruptedException {
        int millis = random.nextInt((int) lastStart.toMillis());
        try (Processes.Running server = spawn()) {
            Thread.sleep(millis);
            kill(server);
            return "after " + millis + " ms";
        }
    }

    private String killUnderLoad(Kill kill, JsonNode credentials) throws IOException, InterruptedException {
        long began = System.nanoTime();
        try (Processes.Running server = serve()) {
            Target target = Target.of(server, data, credentials);
            String checked = check(target, began);
            boolean soon = kill == Kill.SOON_AFTER_START;
            int millis = random.nextInt(soon ? 500 : (int) plan.longestLoad().toMillis());
            Load load = Load.start(target, ledger, life, plan.share(), random.nextLong());
            load.awaitAnswers(soon ? 0 : WARM_ANSWERS, PATIENCE);
            Thread.sleep(millis);
            int stopping = kill == Kill.WHILE_STOPPING ? random.nextInt(300) : 0;
            if (kill == Kill.WHILE_STOPPING) {
                server.process().destroy();
                Thread.sleep(stopping);
            }
            kill(server);
            load.awaitEnd();
            return checked + "; " + load.answered() + " answers in " + millis + " ms"
                    + (kill == Kill.WHILE_STOPPING ? ", killed " + stopping + " ms after SIGTERM" : "");
        }
    }

    private static void kill(Processes.Running server) throws InterruptedException {
        server.process().destroyForcibly();
        if (!server.process().waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server outlives a kill");
        }
        int exitCode = server.process().exitValue();
        if (exitCode != KILLED && exitCode != 0) {
            throw new IllegalStateException("the server ended by itself with " + exitCode + ": " + server.errText());
        }
    }

    private String check(Target target, long began) throws IOException, InterruptedException {
        String checked = check(target);
        Duration ready = Duration.ofNanos(System.nanoTime() - began);
        longestReady = longestReady.compareTo(ready) > 0 ? longestReady : ready;
        return checked;
    }

    /// Compares what came since the last check.
    private String check(Target target) throws IOException, InterruptedException {
        Questions questions = new Questions(target);
        int before = findings.size();
        int again = questions.sendAgain(
                ledger,
                ledger.entries().stream()
                        .filter(entry -> entry.isKeyed() && entry.life() > checkedLife && entry.life() < life)
                        .filter(entry -> entry.answer() != Ledger.Answer.YES || entry.number() % SENT_AGAIN == 0)
                        .toList());
        List<Stored.Event> events = questions.eventsAbove(checkedId);
        findings.addAll(Comparison.ofEvents(ledger, checkedLife + 1, events));
        findings.addAll(Comparison.ofThings(ledger, Ledger.Kind.PRODUCT, questions.products()));
        // Every other one is left as it was when the server was killed: the store is asked for its end at the last.
        findings.addAll(questions.ping(ledger.sessions().stream()
                .filter(session -> session.life() > checkedLife && session.key().hashCode() % 2 == 0)
                .toList()));
        checkedId = events.stream().mapToLong(Stored.Event::id).max().orElse(checkedId);
        checkedLife = life - 1;
        findings.stream()
                .skip(before)
                .limit(20)
                .forEach(finding -> plan.progress().accept("FAULT " + finding));
        return "sent " + again + " again, compared " + events.size() + " events, " + (findings.size() - before)
                + " faults";
    }
}
