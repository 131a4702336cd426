package dev.licet.dialect.videntity;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.gate.Gate;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Secret;
import dev.licet.core.session.KeepSessions;
import dev.licet.core.session.TransactionNumbers;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Descriptions;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Paths;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import dev.licet.dialect.TextTable;
import dev.licet.dialect.Texts;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sessions of an identity service: `/session/login`, `/session/ping`, `/session/logout`, by POST over HTTPS.
public final class VidentityDialect implements Dialect {
    private static final System.Logger LOG = System.getLogger(VidentityDialect.class.getName());
    private static final String PING = "/session/ping";
    private static final List<String> VERBS = List.of("POST");

    private final KeepSessions keepSessions;
    private final Idempotency idempotency;
    private final Limits limits;
    private final TransactionNumbers transactionNumbers;
    private final Envelopes envelopes;
    private final Map<String, Method> methods = Map.of(
            "/session/login",
            new Method(List.of("username", "password", "account_number"), "you logged in successfully", this::login),
            PING,
            new Method(List.of("session_key"), "your session has been pinged successfully", this::ping),
            "/session/logout",
            new Method(List.of("session_key"), "you logged out successfully", this::logout));

    /// @param mandatory the fields it can't do without, in the order of its page @param detail of a success
    private record Method(List<String> mandatory, String detail, Handler handler) {}

    @FunctionalInterface
    private interface Handler {
        Outcome<Change> prepare(Parameters form, Request request);
    }

    /// What a request asks for, once it is known who asks. @param make gives the session key to tell
    private record Change(Idempotency.Asker asker, Supplier<Pending<Outcome<Secret>>> make) {}

    /// @param contentType of the answers
    /// @param texts instead of those of the pages
    public VidentityDialect(
            KeepSessions keepSessions,
            TransactionNumbers transactionNumbers,
            Idempotency idempotency,
            String contentType,
            TextTable texts,
            Limits limits,
            Clock clock) {
        this.keepSessions = keepSessions;
        this.idempotency = idempotency;
        this.limits = limits;
        this.transactionNumbers = transactionNumbers;
        this.envelopes = new Envelopes(transactionNumbers::next, contentType, texts, clock);
    }

    /// The keys of all texts that may be given otherwise.
    public static Set<String> textKeys() {
        return Envelopes.textKeys();
    }

    @Override
    public String name() {
        return "videntity";
    }

    @Override
    public boolean claims(String path) {
        return methods.containsKey(Paths.canonical(path));
    }

    @Override
    public List<Route> routes() {
        return methods.keySet().stream()
                .sorted()
                .map(path -> new Route(path, VERBS, path))
                .toList();
    }

    @Override
    public Optional<byte[]> description() {
        return Optional.of(Descriptions.of(VidentityDialect.class));
    }

    @Override
    public boolean isQuick(Request head) {
        return Paths.canonical(head.path()).equals(PING)
                && !Idempotency.hasKey(head)
                && keepSessions.isPingQuick()
                && transactionNumbers.isReady();
    }

    @Override
    public Answer answer(Request request) {
        return begin(request).await();
    }

    @Override
    public Pending<Answer> begin(Request request) {
        String path = Paths.canonical(request.path());
        @Nullable Method method = methods.get(path);
        if (method == null) {
            return Pending.done(refuse(request, Fault.UNKNOWN_PATH));
        }
        if (!request.secure()) {
            return Pending.done(Answer.text(403, "HTTPS is required."));
        }
        if (!VERBS.contains(request.verb())) {
            return Pending.done(refuse(request, Fault.WRONG_VERB).with("Allow", String.join(", ", VERBS)));
        }
        LOG.log(DEBUG, "method {0}", path);
        Parameters form;
        try {
            // Only its own two kinds of forms have fields; what is in the query is not read.
            form = Parameters.ofForm(request, limits);
            method.mandatory().forEach(field -> form(form, field));
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return Pending.done(refuse(request, e.fault()));
        }
        for (String field : method.mandatory()) {
            if (form.last(field).isEmpty()) {
                return Pending.done(envelopes.missing(path, field));
            }
        }
        return switch (method.handler().prepare(form, request)) {
            case Outcome.Refused<Change>(Refusal refusal) -> Pending.done(envelopes.refusal(path, refusal));
            case Outcome.Success<Change>(Change change) -> once(request, path, method, change);
        };
    }

    private Pending<Answer> once(Request request, String path, Method method, Change change) {
        if (!Idempotency.hasKey(request)) {
            return change.make().get().map(outcome -> switch (outcome) {
                case Outcome.Success<Secret>(Secret key) -> envelopes.success(path, method.detail(), key);
                case Outcome.Refused<Secret>(Refusal refusal) -> envelopes.refusal(path, refusal);
            });
        }
        Envelopes drawn = envelopes.drawn(); // the change is a part of a transaction
        return Pending.done(idempotency.answer(
                request,
                change.asker(),
                () -> switch (change.make().get().await()) {
                    case Outcome.Success<Secret>(Secret key) ->
                        Idempotency.Change.made(drawn.success(path, method.detail(), key));
                    case Outcome.Refused<Secret>(Refusal refusal) ->
                        Idempotency.Change.refused(drawn.refusal(path, refusal));
                },
                refusal -> drawn.refusal(path, refusal)));
    }

    private void form(Parameters form, String field) {
        form.last(field).ifPresent(value -> Texts.atMost(limits.name(), value));
    }

    private Outcome<Change> login(Parameters form, Request request) {
        Optional<AccountNumber> account =
                AccountNumber.parse(text(form, "account_number").strip());
        Gate.OneTimePair pair = new Gate.OneTimePair(
                Optional.of(text(form, "username")),
                Optional.of(new Secret(text(form, "password"))),
                request.secure(),
                request.address());
        return account.map(number -> keepSessions.check(number, pair))
                .orElseGet(() -> Outcome.refused(new Refusal.WrongCredentials()))
                .map(user -> new Change(
                        new Idempotency.Asker(List.of("login", user.id().toString()), ""),
                        () -> Pending.done(keepSessions.open(user))));
    }

    private Outcome<Change> ping(Parameters form, Request request) {
        return ofSession(form, keepSessions::ping);
    }

    private Outcome<Change> logout(Parameters form, Request request) {
        return ofSession(form, key -> Pending.done(keepSessions.logout(key)));
    }

    private static Outcome<Change> ofSession(Parameters form, Function<Secret, Pending<Outcome<Secret>>> change) {
        String key = text(form, "session_key");
        return Outcome.success(
                new Change(new Idempotency.Asker(List.of("session", key), key), () -> change.apply(new Secret(key))));
    }

    private static String text(Parameters form, String field) {
        return form.last(field).orElseThrow();
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return switch (fault) {
            case MALFORMED -> Answer.text(400, "The request can't be read.");
            case TOO_LARGE -> Answer.text(413, "The request is over a limit of this server.");
            case TOO_SLOW -> Answer.text(408, "The request took too long to arrive.");
            case UNKNOWN_ENCODING -> Answer.text(415, "The body may be packed by gzip or zstd, and no other.");
            case WRONG_VERB -> Answer.text(405, "This method takes POST.");
            case UNKNOWN_PATH -> Answer.text(404, "There is no such method.");
            case UNAVAILABLE, READ_ONLY -> envelopes.serverError(503, Paths.canonical(request.path()));
            case FAILED -> envelopes.serverError(200, Paths.canonical(request.path()));
        };
    }
}
