package dev.licet.dialect.veoh;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.event.Item;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.gate.Gate;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.User;
import dev.licet.core.identity.UserToken;
import dev.licet.core.license.CreateLicense;
import dev.licet.core.license.License;
import dev.licet.core.once.RequestKey;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Descriptions;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import dev.licet.dialect.TextTable;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The REST gateway of a video site: `/rest/v1/?method=…&apiKey=…`.
///
/// The checks run in one order for every method: can it be read, the apiKey and its limits, the method and its
/// verb, verbose, who acts, what they may do, and then the method's own.
public final class VeohDialect implements Dialect {
    private static final System.Logger LOG = System.getLogger(VeohDialect.class.getName());
    private static final String PATH = "/rest/v1";

    private final Gate gate;
    private final RecordEvents recordEvents;
    private final CreateLicense createLicense;
    private final LicenseCodec licenseCodec;
    private final Idempotency idempotency;
    private final Limits limits;
    private final Replies replies;
    private final Map<String, Method> methods = Map.of(
            "veoh.people.logEvent", new Method(List.of("GET", "POST"), EventCodec::checkLimits, this::logEvent),
            "veoh.license.create", new Method(List.of("POST"), LicenseCodec::checkLimits, this::createLicense),
            "veoh.people.authenticate", new Method(List.of("POST"), arguments -> {}, this::authenticate));

    /// One method: the verbs it takes, what refuses arguments over a limit before anything else is looked at, and
    /// what answers once the application is known.
    private record Method(List<String> verbs, Consumer<Arguments> limits, Handler handler) {}

    @FunctionalInterface
    private interface Handler {
        Answer answer(Application application, Arguments arguments, Request request);
    }

    /// @param currency of prices, which come without one
    /// @param texts instead of those of the pages
    public VeohDialect(
            Gate gate,
            RecordEvents recordEvents,
            CreateLicense createLicense,
            SecretSource secrets,
            Idempotency idempotency,
            String currency,
            TextTable texts,
            Limits limits,
            Clock clock) {
        this.gate = gate;
        this.recordEvents = recordEvents;
        this.createLicense = createLicense;
        this.licenseCodec = new LicenseCodec(currency);
        this.idempotency = idempotency;
        this.limits = limits;
        this.replies = new Replies(secrets, texts, clock);
    }

    /// The keys of all texts that may be given otherwise.
    public static Set<String> textKeys() {
        return Arrays.stream(VeohError.values()).map(VeohError::key).collect(Collectors.toSet());
    }

    @Override
    public String name() {
        return "veoh";
    }

    @Override
    public boolean claims(String path) {
        return path.equals(PATH) || path.equals(PATH + "/");
    }

    @Override
    public List<Route> routes() {
        return methods.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(method ->
                        new Route(method.getKey(), method.getValue().verbs(), PATH + "/?method=" + method.getKey()))
                .toList();
    }

    @Override
    public Optional<byte[]> description() {
        return Optional.of(Descriptions.of(VeohDialect.class));
    }

    @Override
    public Answer answer(Request request) {
        try {
            Arguments arguments = Arguments.of(request, limits);
            @Nullable Method method = methods.get(arguments.text("method").orElse(""));
            if (method != null) {
                method.limits().accept(arguments);
            }
            Optional<String> apiKey = arguments.text("apiKey");
            if (apiKey.isEmpty()) {
                return replies.error(VeohError.NO_API_KEY_PROVIDED);
            }
            return switch (gate.application(new Secret(apiKey.get()))) {
                case Outcome.Refused<Application>(Refusal refusal) -> replies.refusal(refusal);
                case Outcome.Success<Application>(Application application) ->
                    answer(application, method, arguments, request);
            };
        } catch (VeohRefusal no) {
            return replies.error(no.error());
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return replies.fault(e.fault());
        }
    }

    private Answer answer(Application application, @Nullable Method method, Arguments arguments, Request request) {
        Optional<Refusal> limit = gate.take(application);
        if (limit.isPresent()) {
            return replies.refusal(limit.get());
        }
        if (method == null) {
            return replies.error(VeohError.UNKNOWN_METHOD);
        }
        if (!method.verbs().contains(request.verb())) {
            return replies.fault(Fault.WRONG_VERB).with("Allow", String.join(", ", method.verbs()));
        }
        LOG.log(DEBUG, "method {0}", arguments.text("method").orElse(""));
        return method.handler().answer(application, arguments, request);
    }

    private Answer logEvent(Application application, Arguments arguments, Request request) {
        int verbose = verbose(arguments);
        return switch (caller(application, arguments, request)) {
            case Outcome.Refused<Caller>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<Caller>(Caller caller) -> {
                if (!caller.partner()) {
                    yield replies.refusal(new Refusal.NotAPartner());
                }
                Item item = EventCodec.event(arguments);
                LOG.log(DEBUG, "decoded 1 event");
                Optional<RequestKey> key = idempotency.key(request, RequestKey.scope(caller));
                yield switch (recordEvents
                        .record(caller, new RecordEvents.Batch("veoh", key, List.of(item)))
                        .await()) {
                    case Outcome.Refused<RecordEvents.Receipt>(Refusal refusal) -> replies.refusal(refusal);
                    case Outcome.Success<RecordEvents.Receipt>(RecordEvents.Receipt receipt) ->
                        replies.loggedEvent(
                                verbose, receipt.lastId(), item.name().orElse(""), receipt.receivedAt());
                };
            }
        };
    }

    private Answer createLicense(Application application, Arguments arguments, Request request) {
        return switch (caller(application, arguments, request)) {
            case Outcome.Refused<Caller>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<Caller>(Caller caller) ->
                once(request, RequestKey.scope(caller), arguments, () -> createLicense(caller, arguments));
        };
    }

    private Idempotency.Change createLicense(Caller caller, Arguments arguments) {
        Outcome<License> license = CreateLicense.refusal(caller)
                .<Outcome<License>>map(Outcome::refused)
                .orElseGet(() -> createLicense.create(caller, licenseCodec.license(arguments)));
        return switch (license) {
            case Outcome.Refused<License>(Refusal refusal) -> Idempotency.Change.refused(replies.refusal(refusal));
            case Outcome.Success<License>(License created) -> Idempotency.Change.made(replies.license(created));
        };
    }

    private Answer once(Request request, List<String> scope, Arguments arguments, Supplier<Idempotency.Change> change) {
        String apiKey = arguments.text("apiKey").orElse("");
        return idempotency.answer(request, new Idempotency.Asker(scope, apiKey), change, replies::refusal);
    }

    /// Gives a user a token, over HTTPS only, to a partner's application only.
    private Answer authenticate(Application application, Arguments arguments, Request request) {
        if (!request.secure()) {
            return replies.error(VeohError.HTTPS_REQUIRED);
        }
        Gate.OneTimePair pair = pair(arguments, request);
        String username = pair.username().orElseThrow(() -> new VeohRefusal(VeohError.NO_USER_NAME_PROVIDED));
        if (!User.isUsername(username)) {
            return replies.error(VeohError.INVALID_USERNAME);
        }
        if (pair.password().isEmpty()) {
            return replies.error(VeohError.NO_PASSWORD_PROVIDED);
        }
        return switch (gate.login(application.account(), pair)) {
            case Outcome.Refused<User>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<User>(User user) -> {
                if (!application.partner()) {
                    yield replies.refusal(new Refusal.NotAPartner());
                }
                List<String> scope = List.of(
                        "authenticate", application.id().toString(), user.id().toString());
                yield once(request, scope, arguments, () -> {
                    Issued<UserToken> token = gate.issueUserToken(application, user);
                    return Idempotency.Change.made(replies.user(
                            user.username(),
                            token.secret().value(),
                            token.thing().expiresAt()));
                });
            }
        };
    }

    private Outcome<Caller> caller(Application application, Arguments arguments, Request request) {
        return gate.caller(application, arguments.text("userToken").map(Secret::new), pair(arguments, request));
    }

    private static Gate.OneTimePair pair(Arguments arguments, Request request) {
        return new Gate.OneTimePair(
                arguments.text("j_username"),
                arguments.text("j_password").map(Secret::new),
                request.secure(),
                request.address());
    }

    /// How much of an answer is wanted: 0, 1, or 2.
    private static int verbose(Arguments arguments) {
        String text = arguments.text("verbose").orElse("2");
        if (!text.matches("[+-]?[0-9]+")) {
            throw new VeohRefusal(VeohError.VERBOSE_NOT_INT);
        }
        String digits = text.replaceFirst("^[+-]?0*(?=[0-9])", "");
        boolean isNegative = text.startsWith("-") && !digits.equals("0");
        return switch (isNegative ? "negative" : digits) {
            case "0" -> 0;
            case "1" -> 1;
            case "2" -> 2;
            default -> throw new VeohRefusal(VeohError.INVALID_VERBOSE);
        };
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return replies.fault(fault);
    }
}
