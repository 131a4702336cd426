package dev.licet.proof;

import dev.licet.cli.Processes;
import dev.licet.server.TestServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Many clients race for the seats of one key, while the server and some of the clients are killed. A client knows for
/// sure that it holds a seat from the answer to its checkout until it asks to give it back, or until an interval after
/// it sent its last ping that was answered. There may never be an instant at which more clients are sure than the key
/// has seats;
/// and an interval after each kill all seats are to be in use again.
final class SeatRace {
    /// @param launch what stands before the server's own arguments @param betweenKills on average, and an interval more
    record Plan(
            int clients,
            int seats,
            Duration interval,
            Duration betweenKills,
            int kills,
            long seed,
            Path directory,
            List<String> launch,
            Consumer<String> progress) {}

    /// @param mostSure how many were sure of a seat at the same time @param grants how many checkouts succeeded
    /// @param fullAgain after each kill of the server, until all seats were in use, from an interval after it
    /// served again
    record Result(int mostSure, int grants, int pings, int refusals, int killedClients, List<Duration> fullAgain) {
        Duration slowest() {
            return fullAgain.stream().max(Duration::compareTo).orElse(Duration.ZERO);
        }
    }

    /// From when until when a client was sure, in [System#nanoTime].
    private record Sure(long from, long until) {}

    private final Plan plan;
    private final Path data;
    private final List<Sure> sure = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger grants = new AtomicInteger();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger killedClients = new AtomicInteger();
    private volatile Target target;
    private JsonNode credentials;
    private String key = "";

    private SeatRace(Plan plan) {
        this.plan = plan;
        this.data = plan.directory().resolve("data");
    }

    static Result run(Plan plan) throws Exception {
        return new SeatRace(plan).run();
    }

    private Result run() throws Exception {
        Files.createDirectories(plan.directory());
        try (Processes.Running init = Processes.start(
                plan.launch(), plan.directory(), Map.of(), "init", "--data", data.toString(), "--json")) {
            credentials = new JsonMapper().readTree(init.ended().out());
        }
        Processes.Running server = serve();
        List<Duration> fullAgain = new ArrayList<>();
        try {
            key = newKey();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < plan.clients(); i++) {
                int number = i;
                clients.add(Thread.ofVirtual().start(() -> client(number)));
            }
            Random random = new Random(plan.seed());
            awaitFull(Instant.now());
            for (int kill = 1; kill <= plan.kills(); kill++) {
                Thread.sleep(plan.betweenKills().toMillis() / 2
                        + random.nextInt((int) plan.betweenKills().toMillis()));
                server.process().destroyForcibly().waitFor();
                server = serve();
                // Whose seat the restart kept has pinged by then, or has lost it.
                Thread.sleep(plan.interval());
                Duration full = awaitFull(Instant.now());
                fullAgain.add(full);
                plan.progress()
                        .accept("kill " + kill + " of " + plan.kills() + ": all seats are in use " + full.toMillis()
                                + " ms after an interval; " + grants + " grants, " + pings + " pings so far");
            }
            over.set(true);
            for (Thread client : clients) {
                client.join();
            }
        } finally {
            over.set(true);
            server.close();
        }
        return new Result(mostSure(), grants.get(), pings.get(), refusals.get(), killedClients.get(), fullAgain);
    }

    private Processes.Running serve() throws IOException, InterruptedException {
        Processes.Running server = Processes.start(
                plan.launch(),
                plan.directory(),
                Map.of("LICET_LOG_LEVEL", "info"),
                "serve",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--tls-port",
                "0");
        server.awaitErr("serving ");
        target = Target.of(server, data, credentials);
        return server;
    }

    private String newKey() throws IOException {
        try (Target.Line line = target.connect(false)) {
            String token = URLEncoder.encode(target.text("access_token"), StandardCharsets.UTF_8);
            return line.form(
                            "/api/key/CreateKey",
                            "token=" + token + "&ProductId=" + target.text("product_id") + "&MaxNoOfMachines="
                                    + plan.seats())
                    .json()
                    .get("key")
                    .stringValue();
        }
    }

    /// @return how long after that instant all seats were seen in use
    private Duration awaitFull(Instant since) throws InterruptedException {
        while (true) {
            Duration passed = Duration.between(since, Instant.now());
            try (Target.Line line = target.connect(false)) {
                TestServer.Reply reply =
                        line.get("/v1/seats?limit=1&product=prd_" + target.text("product_id") + "&key=" + key);
                int held = reply.status() == 200 ? reply.json().get("held").intValue() : 0;
                if (held > plan.seats()) {
                    throw new AssertionError(held + " seats are listed");
                }
                if (held == plan.seats()) {
                    return passed;
                }
            } catch (IOException notYet) {
                // asked again
            }
            if (passed.compareTo(plan.interval().multipliedBy(5)) > 0) {
                throw new AssertionError("the seats are not in use again after " + passed);
            }
            Thread.sleep(20);
        }
    }

    /// A program that wants a seat, works for a while, gives it back or is killed, and wants one again.
    private void client(int number) {
        // Mixed: the first numbers of neighbouring seeds are nearly the same.
        Random random = new Random(new SplittableRandom(plan.seed() * 1000 + number).nextLong());
        int life = 0;
        while (!over.get()) {
            // After a kill it is another process, maybe on another machine.
            work("client " + number + " life " + life, random);
            life++;
        }
    }

    private void work(String machine, Random random) {
        try (Target.Line line = target.connect(false)) {
            String seat = "";
            while (seat.isEmpty()) {
                if (over.get()) {
                    return;
                }
                long asked = System.nanoTime();
                TestServer.Reply reply = line.exchange("POST", "/v1/seats", headers(line), checkOut(machine));
                if (reply.status() == 201) {
                    seat = reply.json().get("id").stringValue();
                    grants.incrementAndGet();
                    hold(line, seat, System.nanoTime(), asked, random);
                } else {
                    refusals.incrementAndGet();
                    Thread.sleep(50 + random.nextInt(150));
                }
            }
        } catch (IOException serverIsAway) {
            sleep(20 + random.nextInt(50));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Pings for a while. @param from when it was sure @param asked when it sent what made it so
    private void hold(Target.Line first, String seat, long from, long asked, Random random)
            throws InterruptedException {
        long interval = plan.interval().toNanos();
        long end = System.nanoTime() + (long) (random.nextDouble() * 6 * interval);
        boolean isKilled = random.nextInt(4) == 0;
        long sent = asked;
        Target.Line line = first;
        while (System.nanoTime() < end && !over.get()) {
            Thread.sleep(plan.interval().toMillis() / 4);
            long sending = System.nanoTime();
            try {
                if (line == null) {
                    line = target.connect(false);
                }
                int status = line.exchange("POST", "/v1/seats/" + seat + "/ping", headers(line), "")
                        .status();
                if (status != 200) {
                    note(new Sure(from, Math.min(sending, sent + interval))); // it slept for too long
                    return;
                }
                pings.incrementAndGet();
                if (sending >= sent + interval) { // it had lapsed, and was given again
                    note(new Sure(from, sent + interval));
                    from = System.nanoTime();
                }
                sent = sending;
            } catch (IOException serverIsAway) {
                line = null;
            }
        }
        if (isKilled) {
            killedClients.incrementAndGet();
            note(new Sure(from, sent + interval));
            return;
        }
        note(new Sure(from, Math.min(System.nanoTime(), sent + interval)));
        try (Target.Line last = line == null ? target.connect(false) : line) {
            last.exchange("DELETE", "/v1/seats/" + seat, headers(last), "");
        } catch (IOException serverIsAway) {
            // the seat lapses
        }
    }

    private static Map<String, String> headers(Target.Line line) {
        return Map.of("Authorization", line.bearer(), "Content-Type", "application/json");
    }

    private String checkOut(String machine) {
        return "{\"product\":\"prd_" + target.text("product_id") + "\",\"key\":\"" + key + "\",\"machine\":\"" + machine
                + "\",\"interval\":\"" + plan.interval() + "\"}";
    }

    private synchronized void note(Sure held) {
        if (held.until() > held.from()) {
            sure.add(held);
        }
    }

    private synchronized int mostSure() {
        TreeMap<Long, Integer> changes = new TreeMap<>();
        for (Sure held : sure) {
            changes.merge(held.from(), 1, Integer::sum);
            changes.merge(held.until(), -1, Integer::sum);
        }
        int now = 0;
        int most = 0;
        for (int change : changes.values()) {
            now += change;
            most = Math.max(most, now);
        }
        return most;
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
