package dev.licet.bench;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.event.Submission;
import dev.licet.core.gate.Gate;
import dev.licet.core.gate.LoginThrottle;
import dev.licet.core.gate.PasswordCheck;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.AccessTokens.NewAccessToken;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.ManageAccounts;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.Passwords;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.Signer;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.LockToKey;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.Product;
import dev.licet.core.license.ReadKeyUsage;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.UseKeys;
import dev.licet.core.message.SendMessages;
import dev.licet.core.session.HoldSeats;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Headers;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.Request;
import dev.licet.dialect.cryptolens.CryptolensDialect;
import dev.licet.store.embedded.EmbeddedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// What a request costs between the socket and the event log: its body read, its token, product and key looked up in
/// a real store, its events made. The log takes them and forgets them.
///
/// Beside the JSON batch: the JSON parser alone going through the same bytes, the least that can be had.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Benchmark)
public class DialectBenchmark {
    private static final int BATCH = 1000;
    private static final String METADATA = "{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}";

    private final JsonFactory json = new JsonFactory();
    private final Path directory;
    private final EmbeddedStore store;
    private final CryptolensDialect dialect;
    private final Request form;
    private final Request batch;
    private final byte[] batchBody;

    public DialectBenchmark() {
        try {
            directory = Files.createTempDirectory(
                    Path.of(System.getProperty("bench.dir", ".")).toAbsolutePath(), "bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        SecretSource secrets = new SecretSource(random);
        store = EmbeddedStore.open(directory.resolve("data"));
        AccountNumber account = new ManageAccounts(store.accounts(), secrets, clock)
                .addFirst("bench")
                .number();
        Product product = store.products().add(account, "bench", Instant.EPOCH);
        String key = store.licenseKeys()
                .add(account, product.id(), "AAAAA-BBBBB-CCCCC-DDDDD", Instant.EPOCH)
                .orElseThrow()
                .key();
        Secret token = new Secret("bench-token");
        store.accessTokens()
                .add(
                        new NewAccessToken(
                                account,
                                "bench",
                                EnumSet.allOf(Permission.class),
                                Optional.empty(),
                                KeyLock.ANY,
                                Optional.empty(),
                                Optional.empty()),
                        SecretHash.of(token),
                        Instant.EPOCH);
        EventLog log = new Forgetful();
        dialect = new CryptolensDialect(
                gate(store, clock, secrets, random),
                useCases(store, log, secrets, clock),
                Signer.OF_THE_JDK,
                new Idempotency(store.keptAnswers(), Limits.DEFAULTS, clock),
                Limits.DEFAULTS,
                true,
                true);
        form = request(
                "/api/ai/RegisterEvent",
                "application/x-www-form-urlencoded",
                form(token, product, key).getBytes(StandardCharsets.US_ASCII));
        batchBody = batch(token, product, key).getBytes(StandardCharsets.US_ASCII);
        batch = request("/api/ai/RegisterEvents", "application/json", batchBody);
        for (Request each : List.of(form, batch)) {
            if (dialect.answer(each).status() != 200) {
                throw new IllegalStateException("refused: " + each);
            }
        }
    }

    private static CryptolensDialect.UseCases useCases(
            EmbeddedStore store, EventLog log, SecretSource secrets, Clock clock) {
        ManageCustomers customers = new ManageCustomers(store.customers(), secrets, clock);
        return new CryptolensDialect.UseCases(
                new RecordEvents(store.products(), store.licenseKeys(), log, clock),
                new ReadEvents(store.products(), store.licenseKeys(), log),
                new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock),
                new HoldSeats(
                        store.seats(),
                        store.products(),
                        store.licenseKeys(),
                        secrets,
                        new HoldSeats.Settings(Duration.ofSeconds(1), Duration.ofDays(30), 10_000, 1000),
                        Runnable::run,
                        clock),
                new ChangeKeys(
                        store.accounts(),
                        store.products(),
                        store.licenseKeys(),
                        store.licenses(),
                        store.keyTemplates(),
                        customers,
                        store.transactions(),
                        secrets,
                        clock),
                new ReadKeys(store.products(), store.licenseKeys()),
                new LockToKey(store.accounts(), store.accessTokens(), store.products(), store.licenseKeys(), clock),
                new KeepData(store.dataObjects(), store.products(), store.licenseKeys(), 100),
                customers,
                new SendMessages(store.messages(), clock),
                new LogKeyCalls(store.keyCalls(), store.products(), store.transactions(), Duration.ofDays(400), clock),
                new ReadKeyUsage(store.keyUsage()));
    }

    private static Gate gate(EmbeddedStore store, Clock clock, SecretSource secrets, SecureRandom random) {
        return new Gate(
                store.applications(),
                store.accessTokens(),
                store.userTokens(),
                store.users(),
                store.quotas(),
                new PasswordCheck(
                        store.users(),
                        new NoPasswords(),
                        new LoginThrottle(LoginThrottle.Limits.DEFAULTS, clock),
                        PasswordCheck.Limits.DEFAULTS,
                        clock,
                        random),
                secrets,
                Duration.ofHours(24),
                clock);
    }

    private static Request request(String path, String type, byte[] body) {
        return new Request(
                "bench",
                "POST",
                path,
                Optional.empty(),
                Headers.of(Map.of("content-type", List.of(type))),
                body,
                false,
                "127.0.0.1");
    }

    private static String form(Secret token, Product product, String key) {
        return "token=" + token.value() + "&ProductId=" + product.id() + "&Key=" + key
                + "&MachineCode=machine-1&FeatureName=Export&EventName=start&Value=2530&Currency=USD&Metadata="
                + URLEncoder.encode(METADATA, StandardCharsets.UTF_8);
    }

    private static String batch(Secret token, Product product, String key) {
        String events = IntStream.range(0, BATCH)
                .mapToObj(i -> "{\"FeatureName\":\"Feature " + i % 20 + "\",\"EventName\":\"start\",\"Value\":" + i
                        + ",\"Currency\":\"USD\",\"Time\":" + (1_790_000_000L + i) + ",\"Metadata\":\""
                        + METADATA.replace("\"", "\\\"") + "\"}")
                .collect(Collectors.joining(","));
        return "{\"token\":\"" + token.value() + "\",\"ProductId\":" + product.id() + ",\"Key\":\"" + key
                + "\",\"MachineCode\":\"machine-1\",\"Events\":[" + events + "]}";
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /// One event as a form.
    @Benchmark
    public Answer registerEvent_form() {
        return dialect.answer(form);
    }

    /// A thousand events as JSON; a call, not an event, is counted.
    @Benchmark
    public Answer registerEvents_1000AsJson() {
        return dialect.answer(batch);
    }

    /// The yardstick of the one above: each token read, each text made, and nothing kept.
    @Benchmark
    public long json_1000EventsRead() {
        long length = 0;
        try (JsonParser parser = json.createParser(ObjectReadContext.empty(), batchBody)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue()) {
                    length += parser.getString().length();
                }
            }
        }
        return length;
    }

    /// Takes events and keeps none.
    private static final class Forgetful implements EventLog {
        @Override
        public Outcome<List<Placed>> append(Submission submission) {
            return Outcome.success(submit(submission).await());
        }

        @Override
        public Pending<List<Placed>> submit(Submission submission) {
            return Pending.done(IntStream.rangeClosed(1, submission.events().size())
                    .mapToObj(i -> new Placed(i, true))
                    .toList());
        }

        @Override
        public EventPage find(EventQuery query) {
            return new EventPage(List.of(), 0, true);
        }

        @Override
        public EventExport export(AccountNumber account, EventFilter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long lastAcknowledged() {
            return 0;
        }

        @Override
        public long lastQueryable() {
            return 0;
        }
    }

    /// Nobody logs in here.
    private static final class NoPasswords implements Passwords {
        @Override
        public PasswordHash hash(Secret password) {
            return new PasswordHash("none");
        }

        @Override
        public PasswordHash nobodys() {
            return new PasswordHash("nobody's");
        }

        @Override
        public boolean matches(Secret password, PasswordHash hash) {
            return false;
        }
    }
}
