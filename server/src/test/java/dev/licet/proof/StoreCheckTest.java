package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.Session;
import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Held;
import dev.licet.proof.Ledger.Kind;
import dev.licet.server.FirstCredentials;
import dev.licet.server.TestServer;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import dev.licet.store.embedded.EmbeddedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The check of a store sees what a real server lost, when it is made to lose something.
class StoreCheckTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(30);
    private static final Instant NOW = TestClock.START;

    @TempDir
    Path directory;

    private final Ledger ledger = new Ledger();
    private Path data;
    private AccountNumber account;
    private JsonNode credentials;

    @BeforeEach
    void initialise() {
        data = directory.resolve("data");
        FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
        credentials = new JsonMapper().valueToTree(first.byName());
        account = AccountNumber.parse(first.accountNumber()).orElseThrow();
    }

    private List<Fault> faults() throws IOException {
        return new StoreCheck(ledger, account, TIMEOUT)
                .check(data).findings().stream().map(Finding::fault).distinct().toList();
    }

    private void load(int life) throws Exception {
        Map<Setting, String> settings = Map.of(Setting.DATA, data.toString(), Setting.PORT, "0", Setting.TLS_PORT, "0");
        try (Wiring server = Wiring.open(Settings.of(Optional.empty(), Map.of(), settings), Clock.systemUTC())) {
            Target target = new Target(
                    server.port(),
                    server.tlsPort(),
                    TestServer.trusting(data.resolve("tls").resolve("cert.pem")),
                    credentials);
            Load load = Load.start(target, ledger, life, 1, 1);
            load.awaitAnswers(200, Duration.ofSeconds(20));
            load.stop();
        }
    }

    @Test
    void directoryThatIsOlderThanTheLedger_hasLostWhatCameSince() throws Exception {
        load(1);
        Path before = directory.resolve("before");
        copy(data, before);
        load(2);
        assertThat(faults()).isEmpty();

        data = before;

        assertThat(new StoreCheck(ledger, account, TIMEOUT).check(data).findings())
                .allMatch(finding -> finding.fault() == Fault.LOST)
                .extracting(Finding::kind)
                .contains(Kind.EVENT, Kind.BATCH, Kind.LOG_EVENT, Kind.LICENSE, Kind.PING);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private Held session(Instant aliveFrom, Instant aliveUpTo, Duration lives) {
        String key = "session key " + aliveFrom + lives;
        try (EmbeddedStore store = EmbeddedStore.open(data)) {
            assertThat(store.sessions()
                            .open(
                                    SecretHash.of(new Secret(key)),
                                    new Session(
                                            account,
                                            store.users()
                                                    .list(account)
                                                    .getFirst()
                                                    .id(),
                                            NOW,
                                            NOW.plus(lives))))
                    .isTrue();
        }
        return ledger.sessionOpened(key, 1, aliveFrom, aliveUpTo);
    }

    @Test
    void session_thatEndsWhenItShould_isFine() throws Exception {
        session(NOW, NOW, TIMEOUT);
        session(NOW.minusSeconds(60), NOW.plusSeconds(60), TIMEOUT);

        assertThat(faults()).isEmpty();
    }

    @Test
    void session_thatLostItsLastPing_isLost() throws Exception {
        session(NOW.plusSeconds(1), NOW.plusSeconds(2), TIMEOUT);

        assertThat(faults()).containsExactly(Fault.LOST);
    }

    @Test
    void session_thatLivesLongerThanAnybodyAsked_livesOn() throws Exception {
        session(NOW.minusSeconds(2), NOW.minusSeconds(1), TIMEOUT);

        assertThat(faults()).containsExactly(Fault.LIVES_ON);
    }

    @Test
    void session_thatWasLoggedOutAndIsThere_livesOn() throws Exception {
        session(NOW, NOW, TIMEOUT).is(Held.State.LOGGED_OUT);

        assertThat(faults()).containsExactly(Fault.LIVES_ON);
    }
}
