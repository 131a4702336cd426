package dev.licet.console;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.gate.Gate;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Secret;
import dev.licet.core.session.SignIn;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The console under `/console` and the API explorer under `/docs`: who asks, and which page answers. Safe for threads.
///
/// A browser shows the session by a cookie that scripts can't read and that other sites' forms don't carry; each change
/// has to bring back a word that only our pages have.
public final class Console implements Dialect, AutoCloseable {
    private static final String SIGN_IN = "/console/sign-in";
    private static final String SIGN_OUT = "/console/sign-out";
    private static final List<String> GET = List.of("GET", "HEAD");
    private static final List<String> BOTH = List.of("GET", "HEAD", "POST");
    /// Over TLS by a name that no other host or path can set.
    private static final String SECURE_COOKIE = "__Host-licet";
    private static final String COOKIE = "licet";

    private final SignIn signIn;
    private final Accounts accounts;
    private final Limits limits;
    private final Assets assets = new Assets();
    private final Pages pages;
    private final ThingPages things;
    private final OverviewPages overview;
    private final InsightPages insights;
    private final LivePages live;
    private final SystemPages system;
    private final ExplorerPages explorer;

    public Console(ConsoleParts parts) {
        this.signIn = parts.signIn();
        this.accounts = parts.accounts();
        this.limits = parts.limits();
        this.pages = new Pages(assets, parts.isReadOnly());
        Rest rest = new Rest(parts.rest());
        this.things = new ThingPages(rest, pages, parts.clock());
        this.insights = new InsightPages(rest, pages);
        this.overview = new OverviewPages(rest, pages, parts.lendCredentials(), parts.clock());
        this.live = new LivePages(rest, pages, parts.readEvents(), parts.signIn(), parts.maxLiveViews());
        this.system = new SystemPages(rest, pages);
        this.explorer = new ExplorerPages(pages, parts.dialects(), parts.lendCredentials());
    }

    @Override
    public String name() {
        return "console";
    }

    @Override
    public boolean claims(String path) {
        return path.equals("/")
                || path.equals("/console")
                || path.startsWith("/console/")
                || path.equals("/docs")
                || path.startsWith("/docs/");
    }

    @Override
    public List<Route> routes() {
        Stream<Route> own = Stream.of(
                new Route("home", GET, "/"),
                new Route("overview", GET, "/console"),
                new Route("sign in", BOTH, SIGN_IN),
                new Route("sign out", List.of("POST"), SIGN_OUT),
                new Route("file", GET, "/console/assets/{hash}/{name}"),
                new Route("part of the overview", BOTH, "/console/overview/{part}"),
                new Route("explore", GET, "/console/explore"),
                new Route("save an insight", List.of("POST"), "/console/explore/save"),
                new Route("dashboards", GET, "/console/dashboards"),
                new Route("dashboard", GET, "/console/dashboards/{dashboard}"),
                new Route("do to a dashboard", BOTH, "/console/dashboards/{dashboard}/{deed}"),
                new Route("live", GET, "/console/live"),
                new Route("live events", GET, "/console/live/events"),
                new Route("system", GET, "/console/system"),
                new Route("explorer", GET, "/docs"),
                new Route("explorer of a dialect", GET, "/docs/{dialect}"),
                new Route("lend credentials", List.of("POST"), "/docs/credentials"));
        Stream<Route> ofThings = Catalog.all().stream()
                .flatMap(kind -> Stream.of(
                        new Route(kind.slug(), GET, kind.href()),
                        new Route("one of " + kind.slug(), GET, kind.href() + "/{id}"),
                        new Route("do with " + kind.slug(), BOTH, kind.href() + "/do/{deed}"),
                        new Route("do to one of " + kind.slug(), BOTH, kind.href() + "/{id}/do/{deed}")));
        return Stream.concat(own, ofThings).toList();
    }

    @Override
    public Answer answer(Request request) {
        String path = request.path();
        if (path.equals("/")) {
            return Pages.redirect(request, "/console");
        }
        if (path.startsWith(Assets.PATH)) {
            return assets.answer(request, path.substring(Assets.PATH.length()))
                    .orElseGet(() -> refuse(request, Fault.UNKNOWN_PATH));
        }
        if (!BOTH.contains(request.verb())) {
            return refuse(request, Fault.WRONG_VERB).with("Allow", String.join(", ", BOTH));
        }
        boolean changes = request.verb().equals("POST");
        if (changes && !isFromHere(request)) {
            return refuseForgery(request);
        }
        Parameters parameters;
        List<String> words;
        try {
            parameters = parameters(request);
            words = words(path);
        } catch (MalformedRequest e) {
            return refuse(request, e.fault());
        }
        if (path.equals(SIGN_IN)) {
            return changes ? signIn(request, parameters) : askWho(request, parameters, "");
        }
        Optional<Secret> key = cookie(request).map(Secret::new);
        Optional<Visitor> visitor = key.flatMap(this::visitor);
        if (path.equals("/docs") || path.startsWith("/docs/")) {
            if (changes && visitor.isPresent() && !hasWord(request, parameters, visitor.get())) {
                return refuseForgery(request);
            }
            return explorer.answer(request, words, visitor);
        }
        if (visitor.isEmpty()) {
            return askToSignIn(request);
        }
        if (changes && !hasWord(request, parameters, visitor.get())) {
            return refuseForgery(request);
        }
        if (path.equals(SIGN_OUT)) {
            return changes ? signOut(request, key.orElseThrow()) : refuse(request, Fault.WRONG_VERB);
        }
        return page(new Visit(visitor.get(), request, words, parameters), key.orElseThrow());
    }

    private Answer page(Visit visit, Secret key) {
        String first = visit.word(0);
        return switch (first) {
            case "" -> overview.answer(visit);
            case "overview" -> overview.part(visit);
            case "explore" -> insights.explore(visit);
            case "dashboards" -> insights.dashboards(visit);
            case "live" -> live.answer(visit, key);
            case "system" -> system.answer(visit);
            default ->
                Catalog.find(first).map(kind -> things.answer(visit, kind)).orElseGet(() -> pages.notFound(visit));
        };
    }

    private Parameters parameters(Request request) {
        List<Parameters.Pair> pairs =
                new ArrayList<>(Parameters.ofQuery(request, limits).pairs());
        if (request.verb().equals("POST")) {
            pairs.addAll(Parameters.ofForm(request, limits).pairs());
        }
        return new Parameters(pairs);
    }

    /// What stands behind `/console/` or `/docs/`, without escapes.
    private List<String> words(String path) {
        return Arrays.stream(path.split("/"))
                .skip(2)
                .filter(Predicate.not(String::isEmpty))
                .map(Console::unescaped)
                .toList();
    }

    private static String unescaped(String word) {
        try {
            return Optional.ofNullable(new URI("x:/" + word).getPath())
                    .orElse("/")
                    .substring(1);
        } catch (java.net.URISyntaxException e) {
            throw new MalformedRequest(Fault.MALFORMED, "a path that is none");
        }
    }

    // Who it is

    private Optional<Visitor> visitor(Secret key) {
        if (!(signIn.visit(key) instanceof Outcome.Success<SignIn.Visit>(SignIn.Visit found))) {
            return Optional.empty();
        }
        Optional<Account> account = accounts.find(found.user().account());
        return Optional.of(new Visitor(
                found.caller(),
                found.user().username(),
                account.map(Account::name).orElse(""),
                account.map(Account::zone).orElse(ZoneOffset.UTC),
                wordOf(key)));
    }

    private Answer askToSignIn(Request request) {
        String here = request.path() + request.query().map(query -> "?" + query).orElse("");
        String to = SIGN_IN + "?next=" + Visit.encoded(here);
        return request.headers().has("hx-request")
                ? new Answer(204, Map.of("HX-Redirect", SIGN_IN, "Cache-Control", "no-store"), new byte[0])
                : Pages.redirect(request, to);
    }

    private Answer askWho(Request request, Parameters parameters, String failure) {
        Answer page = pages.open(
                "sign-in",
                "Sign in",
                Map.of(
                        "account", parameters.last("account").orElse(""),
                        "username", parameters.last("username").orElse(""),
                        "next", parameters.last("next").orElse(""),
                        "failure", failure,
                        "safe", isUnread(request)));
        return Pages.guarded(request, new Answer(failure.isEmpty() ? 200 : 401, page.headers(), page.body()));
    }

    private Answer signIn(Request request, Parameters form) {
        Optional<AccountNumber> account =
                form.last("account").map(String::strip).flatMap(AccountNumber::parse);
        if (account.isEmpty()) {
            return askWho(request, form, "The account number has fifteen digits.");
        }
        Outcome<Secret> outcome = signIn.signIn(
                account.get(),
                new Gate.OneTimePair(
                        form.last("username").map(String::strip),
                        form.last("password").map(Secret::new),
                        isUnread(request),
                        request.address()));
        return switch (outcome) {
            case Outcome.Success<Secret>(Secret key) ->
                Pages.redirect(request, next(form)).with("Set-Cookie", cookie(request, key.value(), ""));
            case Outcome.Refused<Secret>(Refusal refusal) -> askWho(request, form, why(refusal));
        };
    }

    private static String why(Refusal refusal) {
        return switch (refusal) {
            case Refusal.TlsRequired tls -> "A password goes over HTTPS only: use the https address of this server.";
            case Refusal.NotPermitted no ->
                "You may do nothing here yet: somebody who may Manage the users of your account can let you.";
            default -> "Account, name and password don’t fit, or were tried too often: then wait a minute.";
        };
    }

    /// Back to where somebody wanted to go, on this server.
    private static String next(Parameters form) {
        return form.last("next")
                .filter(path -> path.matches("/(console|docs)([/?][\\x21-\\x7e]*)?") && !path.contains("//"))
                .orElse("/console");
    }

    private Answer signOut(Request request, Secret key) {
        signIn.signOut(key);
        return Pages.redirect(request, SIGN_IN).with("Set-Cookie", cookie(request, "", "; Max-Age=0"));
    }

    private static String cookie(Request request, String value, String more) {
        return (request.secure() ? SECURE_COOKIE : COOKIE) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax"
                + (request.secure() ? "; Secure" : "") + more;
    }

    private static Optional<String> cookie(Request request) {
        String name = (request.secure() ? SECURE_COOKIE : COOKIE) + "=";
        return request.headers().all("cookie").stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name))
                .map(pair -> pair.substring(name.length()))
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /// Whether nobody on the way could read it: TLS, or a browser on this machine.
    private static boolean isUnread(Request request) {
        return request.secure()
                || InetAddress.ofLiteral(request.address()).isLoopbackAddress()
                        && request.headers()
                                .first("host")
                                .filter(host -> host.matches("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?"))
                                .isPresent();
    }

    // Forged requests

    /// What a browser says of where a form is from, if it does, must be this server.
    private static boolean isFromHere(Request request) {
        Optional<String> origin = request.headers().first("origin");
        Optional<String> site = request.headers().first("sec-fetch-site");
        return site.map("same-origin"::equals)
                .orElseGet(() -> origin.isEmpty() || origin.get().equals(Pages.origin(request)));
    }

    private static boolean hasWord(Request request, Parameters parameters, Visitor visitor) {
        String given = request.headers()
                .first("x-csrf-token")
                .or(() -> parameters.last("csrf"))
                .orElse("");
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), visitor.csrf().getBytes(StandardCharsets.UTF_8));
    }

    /// Follows from the session, which it does not tell.
    private static String wordOf(Secret key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("csrf ".getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(key.value().getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Answer refuseForgery(Request request) {
        return Pages.guarded(
                request,
                Answer.text(403, "This did not come from a page of this server. Load the page again, and try again."));
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return Pages.guarded(
                request,
                switch (fault) {
                    case UNKNOWN_PATH -> Answer.text(404, "Nothing is here.");
                    case WRONG_VERB -> Answer.text(405, "Not with this verb.");
                    case TOO_LARGE -> Answer.text(413, "This is over a limit of this server.");
                    case TOO_SLOW -> Answer.text(408, "This took too long to arrive.");
                    case MALFORMED -> Answer.text(400, "This can’t be read.");
                    case UNKNOWN_ENCODING -> Answer.text(415, "The body may be packed by gzip or zstd, and no other.");
                    case UNAVAILABLE ->
                        Answer.text(503, "The server can’t do this now. Try again in a moment.")
                                .with("Retry-After", "2");
                    case READ_ONLY ->
                        Answer.text(
                                503,
                                "The server only reads while its data is moved: nothing can be changed, and nobody can sign in, until that is done.");
                    case FAILED -> Answer.text(500, "This failed, and the server’s log says why.");
                });
    }

    /// Live views end, so that a server that stops need not wait for them.
    @Override
    public void close() {
        live.close();
    }
}
