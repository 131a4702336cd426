package dev.licet.proof;

import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Entry;
import dev.licet.proof.Ledger.Held;
import dev.licet.proof.Ledger.Kind;
import dev.licet.server.TestServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Clients of every kind, each on a connection of its own and as fast as the server answers, until the server is gone
/// or they are told to stop. All they do is in the ledger.
final class Load {
    private static final Pattern TRANSACTION = Pattern.compile("<api_tx_number>([0-9]+)</api_tx_number>");
    private static final Pattern SESSION_KEY = Pattern.compile("<session_key>([^<]+)</session_key>");
    private static final int MOST_OF_A_BATCH = 40;
    private static final int PINGS_OF_A_SESSION = 12;
    private static final int PAUSE_AFTER_NO = 50;

    private static final Clock CLOCK = Clock.systemUTC();

    private final Target target;
    private final Ledger ledger;
    private final int life;
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean stopping;

    private Load(Target target, Ledger ledger, int life) {
        this.target = target;
        this.ledger = ledger;
        this.life = life;
    }

    /// One client's way of using the server, over and over.
    @FunctionalInterface
    private interface Client {
        void call(Target.Line line, int connection, int number) throws IOException;
    }

    /// @param life which one of the server's this is, counted from 1 @param share of each kind of client
    static Load start(Target target, Ledger ledger, int life, int share, long seed) {
        Load load = new Load(target, ledger, life);
        Random random = new Random(seed);
        for (int i = 0; i < share; i++) {
            for (Kind kind : List.of(Kind.EVENT, Kind.EVENT, Kind.BATCH, Kind.LOG_EVENT, Kind.LICENSE)) {
                load.client(false, load.of(kind, new Random(random.nextLong()), 0));
            }
            load.client(true, load.session(new Random(random.nextLong())));
            load.client(true, load.session(new Random(random.nextLong())));
        }
        load.client(true, load.of(Kind.PRODUCT, random, 20)); // nobody makes products all day
        load.client(false, load::question);
        load.clients.forEach(Thread::start);
        return load;
    }

    private void client(boolean tls, Client client) {
        int connection = clients.size();
        clients.add(Thread.ofVirtual().unstarted(() -> {
            try (Target.Line line = target.connect(tls)) {
                for (int number = 1; !stopping; number++) {
                    client.call(line, connection, number);
                    answered.incrementAndGet();
                }
            } catch (IOException gone) {
                // the ledger has what was not answered
            } catch (RuntimeException e) {
                ledger.found(Fault.STRANGE_ANSWER, Kind.EVENT, "client " + connection + " failed: " + e);
            }
        }));
    }

    /// How many requests were answered so far.
    int answered() {
        return answered.get();
    }

    /// Waits until so many requests were answered, or for so long.
    void awaitAnswers(int answers, Duration patience) throws InterruptedException {
        for (long i = 0; i < patience.toMillis() && answered.get() < answers; i += 5) {
            Thread.sleep(5);
        }
    }

    /// Each client ends with the answer to its last request.
    void stop() throws InterruptedException {
        stopping = true;
        awaitEnd();
    }

    /// The clients of a server that is gone.
    void awaitEnd() throws InterruptedException {
        for (Thread client : clients) {
            client.join();
        }
    }

    /// Sends requests of one kind. @param pause after each, in milliseconds
    private Client of(Kind kind, Random random, int pause) {
        return (line, connection, number) -> {
            int events = switch (kind) {
                case BATCH -> random.nextInt(2, MOST_OF_A_BATCH);
                case EVENT, LOG_EVENT -> 1;
                default -> 0;
            };
            Entry entry = ledger.sending(kind, life, connection, number, events);
            Asking.of(target, entry).send(line, entry, ledger);
            pause(entry.answer() == Ledger.Answer.NO ? PAUSE_AFTER_NO : pause);
        };
    }

    /// A question makes the server load what it has just acknowledged, so that a kill may come in the middle of that.
    private void question(Target.Line line, int connection, int number) throws IOException {
        TestServer.Reply reply = line.form("/api/ai/GetEvents", "token=" + target.form("access_token") + "&Limit=1");
        if (reply.status() != 503 && !reply.body().contains("\"result\":0")) {
            ledger.found(Fault.STRANGE_ANSWER, Kind.EVENT, reply.toString());
        }
        pause(10);
    }

    /// Login, some pings, and often a logout.
    private Client session(Random random) {
        return new Client() {
            private long lastNumber;
            private Held held;

            @Override
            public void call(Target.Line line, int connection, int number) throws IOException {
                if (held == null) {
                    login(line, connection, number);
                } else if (random.nextInt(PINGS_OF_A_SESSION) == 0) {
                    logout(line, connection, number);
                } else {
                    ping(line, connection, number);
                }
            }

            private void login(Target.Line line, int connection, int number) throws IOException {
                Entry entry = ledger.sending(Kind.LOGIN, life, connection, number, 0);
                Instant sent = CLOCK.instant();
                TestServer.Reply reply = Asking.login(target).send(line, entry, ledger);
                if (isDone(entry, reply)) {
                    held = ledger.sessionOpened(Asking.inside(SESSION_KEY, reply), life, sent, CLOCK.instant());
                }
            }

            private void ping(Target.Line line, int connection, int number) throws IOException {
                Held pinged = held;
                if (random.nextInt(PINGS_OF_A_SESSION) == 0) {
                    held = null; // it is left alone from here on
                }
                Entry entry = ledger.sending(Kind.PING, life, connection, number, 0);
                Instant sent = CLOCK.instant();
                try {
                    if (isDone(entry, Asking.ping(pinged.key()).send(line, entry, ledger))) {
                        pinged.pinged(sent, CLOCK.instant());
                    }
                } catch (IOException gone) {
                    pinged.pingUnanswered(CLOCK.instant());
                    throw gone;
                }
            }

            private void logout(Target.Line line, int connection, int number) throws IOException {
                Entry entry = ledger.sending(Kind.LOGOUT, life, connection, number, 0);
                try {
                    if (isDone(entry, Asking.logout(held.key()).send(line, entry, ledger))) {
                        held.is(Held.State.LOGGED_OUT);
                        held = null;
                    }
                } catch (IOException gone) {
                    held.is(Held.State.UNSURE);
                    throw gone;
                }
            }

            private boolean isDone(Entry entry, TestServer.Reply reply) {
                Matcher number = TRANSACTION.matcher(reply.body());
                if (number.find()) {
                    long told = Long.parseLong(number.group(1));
                    ledger.transactionNumber(told, lastNumber, life);
                    lastNumber = told;
                }
                if (entry.answer() == Ledger.Answer.NO) {
                    pause(PAUSE_AFTER_NO);
                }
                return entry.answer() == Ledger.Answer.YES;
            }
        };
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
