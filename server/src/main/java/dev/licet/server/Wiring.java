package dev.licet.server;

import dev.licet.console.Console;
import dev.licet.console.ConsoleParts;
import dev.licet.core.Outcome;
import dev.licet.core.SteadyClock;
import dev.licet.core.audit.ReadChanges;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.disk.ReadDisk;
import dev.licet.core.event.ExportEvents;
import dev.licet.core.event.ExportedRows;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.gate.Gate;
import dev.licet.core.gate.LoginThrottle;
import dev.licet.core.gate.PasswordCheck;
import dev.licet.core.gate.ReadQuotas;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.LendCredentials;
import dev.licet.core.identity.ManageAccounts;
import dev.licet.core.identity.ManageApplications;
import dev.licet.core.identity.ManageTokens;
import dev.licet.core.identity.ManageUsers;
import dev.licet.core.identity.Passwords;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.insight.AskInsights;
import dev.licet.core.insight.KeepInsights;
import dev.licet.core.insight.SeatUse;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.CreateLicense;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.LockToKey;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.ManageProducts;
import dev.licet.core.license.ReadKeyUsage;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.ReadLicenses;
import dev.licet.core.license.UseKeys;
import dev.licet.core.message.SendMessages;
import dev.licet.core.offline.IssueFiles;
import dev.licet.core.offline.ManageFileKeys;
import dev.licet.core.offline.MergeUsage;
import dev.licet.core.removal.RemoveEvents;
import dev.licet.core.sale.CheckLicense;
import dev.licet.core.sale.PaymentEvents;
import dev.licet.core.sale.SellLicenses;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.KeepSessions;
import dev.licet.core.session.SignIn;
import dev.licet.core.session.TransactionNumbers;
import dev.licet.core.store.MoveProgress;
import dev.licet.core.store.MoveReport;
import dev.licet.core.store.RepairReport;
import dev.licet.core.store.Store;
import dev.licet.core.store.VerifyReport;
import dev.licet.core.system.ReadServer;
import dev.licet.core.system.ServerState;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.Request;
import dev.licet.dialect.TextTable;
import dev.licet.dialect.cryptolens.CryptolensDialect;
import dev.licet.dialect.rest.RestDialect;
import dev.licet.dialect.veoh.VeohDialect;
import dev.licet.dialect.videntity.VidentityDialect;
import dev.licet.server.config.Settings;
import dev.licet.server.config.Settings.CertificateFiles;
import dev.licet.server.http.EventLoops;
import dev.licet.server.http.HttpWire;
import dev.licet.server.http.OperatorPages;
import dev.licet.server.security.Argon2Passwords;
import dev.licet.server.security.NativeSigner;
import dev.licet.server.security.SelfSignedCertificate;
import dev.licet.store.cluster.Sink;
import dev.licet.store.embedded.EmbeddedStore;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every object of the running server and who is given what. Read this file first.
public final class Wiring implements AutoCloseable {
    /// How many transaction numbers are reserved at once: twice as many may never be given after a stop.
    private static final int TRANSACTION_NUMBER_BLOCK = 10_000;

    private final Store store;
    private final List<Dialect> dialects;
    private final HttpWire wire;
    private final PaymentEvents paymentEvents;
    private final Console console;
    private final DiskWatch diskWatch;

    private Wiring(
            Store store,
            List<Dialect> dialects,
            Console console,
            HttpWire wire,
            PaymentEvents paymentEvents,
            DiskWatch diskWatch) {
        this.store = store;
        this.dialects = dialects;
        this.console = console;
        this.wire = wire;
        this.paymentEvents = paymentEvents;
        this.diskWatch = diskWatch;
    }

    /// Opens the store and the sockets; the server answers when this returns.
    public static Wiring open(Settings settings, Clock clock) {
        return open(settings, clock, System::nanoTime);
    }

    /// @param nanos how time passes, as [System#nanoTime]
    static Wiring open(Settings settings, Clock clock, LongSupplier nanos) {
        // A start should be short: the loops are made while the store opens.
        CompletableFuture<EventLoops> loops = CompletableFuture.supplyAsync(
                EventLoops::start,
                making -> Thread.ofPlatform().name("event-loops").start(making));
        Store store;
        try {
            store = Stores.open(settings, clock, nanos);
        } catch (RuntimeException e) {
            loops.join().close();
            throw e;
        }
        try {
            Parts parts = new Parts(settings, store, clock, nanos);
            if (!settings.readOnly()) {
                parts.holdSeats.resume();
                parts.paymentEvents.start();
            }
            DiskWatch diskWatch = new DiskWatch(store::disk, settings.diskWarning());
            Metrics metrics = new Metrics(store, diskWatch, parts.steady);
            CertificateFiles certificate = settings.certificateFiles()
                    .orElseGet(() -> SelfSignedCertificate.in(
                            settings.data(), settings.http().host(), clock));
            List<Dialect> apis = parts.dialects(metrics);
            Console console = parts.console(apis);
            List<Dialect> dialects =
                    Stream.concat(apis.stream(), Stream.of(console)).toList();
            HttpWire wire = HttpWire.open(
                    loops.join(),
                    settings.http(),
                    certificate,
                    dialects,
                    parts.secrets,
                    metrics,
                    settings.stopTimeout());
            diskWatch.start();
            return new Wiring(store, dialects, console, wire, parts.paymentEvents, diskWatch);
        } catch (RuntimeException e) {
            store.close();
            loops.join().close();
            throw e;
        }
    }

    /// Brings events from Kafka into ClickHouse until it is closed.
    public interface RunningSink extends AutoCloseable {
        /// Waits for its end. @return whether it was closed, and has not ended by itself
        boolean awaitEnd() throws InterruptedException;
    }

    /// Starts one. @param settings that name both
    public static RunningSink sink(Settings settings) {
        Sink sink = Stores.sink(settings);
        return new RunningSink() {
            @Override
            public boolean awaitEnd() throws InterruptedException {
                return sink.awaitEnd();
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    /// Has sinks look again at what Kafka still has, and bring what ClickHouse lacks of it.
    ///
    /// @param settings that name both @param since when it was sent to Kafka; empty for all
    /// @return how many events they look at
    public static long refill(Settings settings, Optional<Instant> since) {
        return Stores.refill(settings, since);
    }

    /// Whether a data directory has been initialised.
    public static boolean isInitialised(Path data) {
        return EmbeddedStore.exists(data);
    }

    /// Initialises a data directory: a first account, and one of everything that is needed to call.
    public static FirstCredentials initialise(Path data, Clock clock) {
        return EmbeddedStore.create(
                data,
                store -> FirstCredentials.make(
                        new Parts(Settings.defaults(), store, clock, System::nanoTime).useCases()));
    }

    /// Does the same with wherever these settings keep all, unless it is initialised already. @return empty if it is
    public static Optional<FirstCredentials> initialiseIfNew(Settings settings, Clock clock) {
        return Stores.fillIfNew(
                settings,
                clock,
                store -> FirstCredentials.make(
                        new Parts(Settings.defaults(), store, clock, System::nanoTime).useCases()));
    }

    /// Opens the data of a server that does not run: the API on it, without sockets.
    public static Stopped openStopped(Path data, Clock clock) {
        Store store = EmbeddedStore.open(data);
        return new Stopped(store, new Parts(Settings.defaults(), store, clock, System::nanoTime).rest());
    }

    /// Brings all from where the first settings say it is to where the others say, which has to be empty.
    ///
    /// @return what is there then; where that is not all of it, no server opens it
    public static MoveReport move(Settings from, Settings to, MoveProgress progress) {
        return Stores.move(from, to, progress);
    }

    /// Checks the events of a server that does not run, and goes on without what can't be read.
    public static RepairReport repair(Path data, boolean dryRun, Consumer<String> progress) {
        return EmbeddedStore.repair(data, dryRun, progress);
    }

    /// Reads a Parquet file of events, such as an export has.
    public static ExportedRows readParquet(Path file) throws IOException {
        return EmbeddedStore.readParquet(file);
    }

    /// Checks the record of changes, of a server that runs or not.
    public static VerifyReport verify(Path data, long knownId, String knownHash) {
        return EmbeddedStore.verify(data, knownId, knownHash);
    }

    /// What looks at the place that these settings keep all in, whether a server runs on it or not.
    public static Checkup checkup(Settings settings, Clock clock) {
        return Stores.checkup(settings, clock);
    }

    /// A stopped server's data.
    public record Stopped(Store store, RestDialect rest) implements AutoCloseable {
        @Override
        public void close() {
            store.close();
        }
    }

    /// All that this server speaks.
    public List<Dialect> dialects() {
        return dialects;
    }

    /// The port of plain HTTP.
    public int port() {
        return wire.port();
    }

    /// The port of HTTPS.
    public int tlsPort() {
        return wire.tlsPort();
    }

    /// Answers what is in flight, then closes the store.
    @Override
    public void close() {
        console.close();
        try {
            wire.close();
        } finally {
            diskWatch.close();
            paymentEvents.close();
            store.close();
        }
    }

    /// What stands between the store and the sockets.
    private static final class Parts {
        private final Settings settings;
        private final Store store;
        /// For when something happened.
        private final Clock clock;
        /// For how long something lasts.
        private final Clock steady;
        private final SecretSource secrets;
        private final Passwords passwords;
        private final Gate gate;
        private final HoldSeats holdSeats;
        private final UseKeys useKeys;
        private final ManageCustomers customers;
        private final ChangeKeys changeKeys;
        private final ReadKeys readKeys;
        private final KeepData keepData;
        private final LogKeyCalls keyCalls;
        private final PaymentEvents paymentEvents;
        private final Idempotency idempotency;
        private final RecordEvents recordEvents;
        private final ReadEvents readEvents;
        private final ExportEvents exportEvents;
        private final KeepSessions keepSessions;
        private final Instant startedAt;

        Parts(Settings settings, Store store, Clock clock, LongSupplier nanos) {
            SecureRandom random = new SecureRandom();
            this.settings = settings;
            this.store = store;
            this.clock = clock;
            this.steady = new SteadyClock(clock, nanos);
            this.secrets = new SecretSource(random);
            this.passwords = new Argon2Passwords(random);
            PasswordCheck passwordCheck = new PasswordCheck(
                    store.users(),
                    passwords,
                    new LoginThrottle(settings.loginThrottle(), steady),
                    settings.passwordCheck(),
                    steady,
                    random);
            this.recordEvents = new RecordEvents(store.products(), store.licenseKeys(), store.events(), clock);
            this.readEvents = new ReadEvents(store.products(), store.licenseKeys(), store.events());
            this.exportEvents =
                    new ExportEvents(store.products(), store.licenseKeys(), store.events(), settings.maxExports());
            this.holdSeats = new HoldSeats(
                    store.seats(),
                    store.products(),
                    store.licenseKeys(),
                    secrets,
                    settings.seats(),
                    Thread::startVirtualThread,
                    steady);
            this.useKeys = new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, steady, clock);
            this.customers = new ManageCustomers(store.customers(), secrets, clock);
            this.changeKeys = new ChangeKeys(
                    store.accounts(),
                    store.products(),
                    store.licenseKeys(),
                    store.licenses(),
                    store.keyTemplates(),
                    customers,
                    store.transactions(),
                    secrets,
                    steady);
            this.readKeys = new ReadKeys(store.products(), store.licenseKeys());
            this.keepData =
                    new KeepData(store.dataObjects(), store.products(), store.licenseKeys(), settings.maxDataObjects());
            this.keyCalls = new LogKeyCalls(
                    store.keyCalls(), store.products(), store.transactions(), settings.callLogRetention(), steady);
            this.paymentEvents = new PaymentEvents(store.purchases(), store.events(), clock);
            this.idempotency = new Idempotency(store.keptAnswers(), settings.limits(), steady);
            this.gate = new Gate(
                    store.applications(),
                    store.accessTokens(),
                    store.userTokens(),
                    store.users(),
                    store.quotas(),
                    passwordCheck,
                    secrets,
                    settings.userTokenLifetime(),
                    steady);
            this.keepSessions = new KeepSessions(gate, store.sessions(), secrets, settings.sessions(), steady);
            this.startedAt = clock.instant();
        }

        /// @param apis that its explorer explains
        Console console(List<Dialect> apis) {
            RestDialect rest = apis.stream()
                    .filter(RestDialect.class::isInstance)
                    .map(RestDialect.class::cast)
                    .findFirst()
                    .orElseThrow();
            return new Console(new ConsoleParts(
                    rest,
                    apis,
                    new SignIn(
                            keepSessions,
                            store.sessions(),
                            store.users(),
                            settings.sessions().timeout(),
                            steady),
                    store.accounts(),
                    new LendCredentials(
                            store.users(),
                            store.applications(),
                            store.accessTokens(),
                            store.transactions(),
                            secrets,
                            steady),
                    readEvents,
                    settings.limits(),
                    settings.maxLiveViews(),
                    settings.readOnly(),
                    clock));
        }

        private ServerState serverState() {
            Runtime runtime = Runtime.getRuntime();
            return new ServerState(
                    Objects.requireNonNullElse(Wiring.class.getPackage().getImplementationVersion(), "unpacked"),
                    startedAt,
                    Runtime.version().toString(),
                    runtime.totalMemory() - runtime.freeMemory(),
                    runtime.maxMemory(),
                    store.events().lastAcknowledged(),
                    store.events().lastQueryable(),
                    store.sessions().count(steady.instant()),
                    settings.inForce());
        }

        List<Dialect> dialects(Metrics metrics) {
            Limits limits = settings.limits();
            TextTable texts = settings.texts(Stream.of(VeohDialect.textKeys(), VidentityDialect.textKeys())
                    .flatMap(Set::stream)
                    .collect(Collectors.toSet()));
            return List.of(
                    new VeohDialect(
                            gate,
                            recordEvents,
                            new CreateLicense(store.licenses(), clock),
                            secrets,
                            idempotency,
                            settings.currency(),
                            texts,
                            limits,
                            clock),
                    new VidentityDialect(
                            keepSessions,
                            new TransactionNumbers(
                                    store.transactionNumbers(), Thread::startVirtualThread, TRANSACTION_NUMBER_BLOCK),
                            idempotency,
                            settings.videntityContentType(),
                            texts,
                            limits,
                            clock),
                    new CryptolensDialect(
                            gate,
                            new CryptolensDialect.UseCases(
                                    recordEvents,
                                    readEvents,
                                    useKeys,
                                    holdSeats,
                                    changeKeys,
                                    readKeys,
                                    new LockToKey(
                                            store.accounts(),
                                            store.accessTokens(),
                                            store.products(),
                                            store.licenseKeys(),
                                            clock),
                                    keepData,
                                    customers,
                                    new SendMessages(store.messages(), clock),
                                    keyCalls,
                                    new ReadKeyUsage(store.keyUsage())),
                            new NativeSigner(),
                            idempotency,
                            limits,
                            settings.cryptolensErrorStatus(),
                            settings.cryptolensGetWrites()),
                    rest(),
                    new OperatorPages(store, settings.readOnly(), metrics::text, this::mayReadMetrics));
        }

        RestDialect rest() {
            return new RestDialect(gate, useCases(), idempotency, settings.limits(), clock);
        }

        RestDialect.UseCases useCases() {
            ManageFileKeys fileKeys = new ManageFileKeys(store.offlineFiles(), clock);
            return new RestDialect.UseCases(
                    new ManageAccounts(store.accounts(), secrets, clock),
                    new ManageUsers(store.accounts(), store.users(), store.transactions(), passwords, secrets, clock),
                    new ManageApplications(store.applications(), store.users(), secrets, steady),
                    new ReadQuotas(store.quotas(), steady),
                    new ManageTokens(store.accounts(), store.accessTokens(), secrets, steady),
                    new ManageProducts(
                            store.accounts(),
                            store.products(),
                            store.licenseKeys(),
                            store.transactions(),
                            secrets,
                            clock),
                    new ReadChanges(store.changes()),
                    new IssueFiles(
                            store.accounts(),
                            store.products(),
                            store.licenseKeys(),
                            useKeys,
                            holdSeats,
                            fileKeys,
                            store.offlineFiles(),
                            store.transactions(),
                            settings.maxFileValidity(),
                            steady),
                    fileKeys,
                    new MergeUsage(
                            store.accounts(),
                            store.products(),
                            store.licenseKeys(),
                            store.offlineFiles(),
                            recordEvents),
                    new CreateLicense(store.licenses(), clock),
                    new ReadLicenses(store.licenses()),
                    new SellLicenses(
                            store.accounts(),
                            store.licenses(),
                            store.products(),
                            store.licenseKeys(),
                            store.purchases(),
                            store.seats(),
                            customers,
                            store.transactions(),
                            paymentEvents::wake,
                            secrets,
                            steady),
                    new CheckLicense(
                            store.accounts(),
                            store.licenses(),
                            store.products(),
                            store.licenseKeys(),
                            store.purchases(),
                            holdSeats,
                            store.transactions(),
                            steady),
                    changeKeys,
                    readKeys,
                    useKeys,
                    keyCalls,
                    keepData,
                    customers,
                    holdSeats,
                    recordEvents,
                    readEvents,
                    exportEvents,
                    new RemoveEvents(store.removals(), fileKeys, settings.maxVoid(), clock),
                    new ReadServer(this::serverState),
                    new ReadDisk(store::disk),
                    new AskInsights(
                            store.accounts(),
                            store.products(),
                            store.licenseKeys(),
                            store.insights(),
                            new SeatUse(store.seats(), store.licenseKeys(), clock),
                            settings.insightLimits()),
                    new KeepInsights(store.savedInsights(), store.transactions(), settings.maxSavedInsights(), clock));
        }

        /// From this machine, or with a token that may manage.
        private boolean mayReadMetrics(Request request) {
            return RestDialect.bearer(request)
                    .map(token -> gate.bearer(token) instanceof Outcome.Success<Caller>(Caller caller)
                            && caller.lacks(Permission.MANAGE).isEmpty())
                    .orElseGet(() -> InetAddress.ofLiteral(request.address()).isLoopbackAddress());
        }
    }
}
