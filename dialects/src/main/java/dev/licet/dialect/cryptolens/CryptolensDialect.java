package dev.licet.dialect.cryptolens;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.gate.Gate;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Secret;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Paths;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The web API of a licensing service, `/api/{group}/{Method}`. Paths are taken as its clients send them: in any
/// case, with doubled slashes, with one at the end.
public final class CryptolensDialect implements Dialect {
    private static final System.Logger LOG = System.getLogger(CryptolensDialect.class.getName());
    private static final List<String> READING = List.of("GET", "POST");
    private static final List<String> WRITING = List.of("POST");

    /// One method once its caller is known.
    @FunctionalInterface
    interface Method {
        Pending<Answer> answer(Caller caller, Request request, Fields fields);
    }

    private final Gate gate;
    private final Limits limits;
    private final Replies replies;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Map<String, Method> methods = new LinkedHashMap<>();
    private final String quick = normalized("/api/AI/RegisterEvent");

    /// @param errorStatus whether an error has an HTTP status of its own; 200 when not
    /// @param getWrites whether GET is taken for what stores something
    public CryptolensDialect(
            Gate gate,
            RecordEvents recordEvents,
            ReadEvents readEvents,
            Idempotency idempotency,
            Limits limits,
            boolean errorStatus,
            boolean getWrites) {
        this.gate = gate;
        this.limits = limits;
        this.replies = new Replies(errorStatus);
        EventMethods events = new EventMethods(recordEvents, readEvents, idempotency, limits, replies);
        List<String> writing = getWrites ? READING : WRITING;
        add("AI/RegisterEvent", writing, events::registerEvent);
        add("AI/RegisterEvents", writing, events::registerEvents);
        add("AI/GetEvents", READING, (caller, request, fields) -> Pending.done(events.getEvents(caller, fields)));
    }

    private void add(String name, List<String> verbs, Method method) {
        String path = normalized("/api/" + name);
        routes.put(path, new Route(name, verbs, "/api/" + name));
        methods.put(path, method);
    }

    @Override
    public String name() {
        return "cryptolens";
    }

    @Override
    public boolean claims(String path) {
        return normalized(path).startsWith("/api/");
    }

    @Override
    public List<Route> routes() {
        return List.copyOf(routes.values());
    }

    @Override
    public boolean isQuick(Request head) {
        return normalized(head.path()).equals(quick) && !Idempotency.hasKey(head);
    }

    @Override
    public Answer answer(Request request) {
        return begin(request).await();
    }

    @Override
    public Pending<Answer> begin(Request request) {
        String path = normalized(request.path());
        @Nullable Method method = methods.get(path);
        if (method == null) {
            return Pending.done(replies.fault(Fault.UNKNOWN_PATH));
        }
        List<String> verbs = Objects.requireNonNull(routes.get(path)).verbs();
        if (!verbs.contains(request.verb())) {
            return Pending.done(replies.fault(Fault.WRONG_VERB).with("Allow", String.join(", ", verbs)));
        }
        LOG.log(DEBUG, "method {0}", path);
        Fields fields;
        try {
            fields = Fields.of(request, limits);
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return Pending.done(replies.fault(e.fault()));
        }
        Outcome<Caller> caller = fields.text("token")
                .map(token -> gate.bearer(new Secret(token)))
                .orElseGet(() -> Outcome.refused(new Refusal.UnknownAccessToken()));
        return switch (caller) {
            case Outcome.Refused<Caller>(Refusal refusal) -> Pending.done(replies.refusal(refusal));
            case Outcome.Success<Caller>(Caller who) -> answer(method, who, request, fields);
        };
    }

    private Pending<Answer> answer(Method method, Caller caller, Request request, Fields fields) {
        try {
            return method.answer(caller, request, fields);
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return Pending.done(replies.fault(e.fault()));
        }
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return replies.fault(fault);
    }

    private static String normalized(String path) {
        return Paths.canonical(path).toLowerCase(Locale.ROOT);
    }
}
