package dev.licet.server.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.RequestId;
import dev.licet.core.Unavailable;
import dev.licet.core.identity.SecretSource;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Headers;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.server.config.Settings.HttpSettings;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// One request and its answer.
///
/// The event loop of the connection collects the body, within bounds of size, memory and time; then a virtual
/// thread of its own runs the dialect, plain and blocking; then the answer goes back to the event loop. The
/// fields belong to the event loop. Whatever goes wrong, the client gets an answer in its dialect's form.
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    /// How long what is left of a refused body is read and dropped, so that the client gets to read the answer.
    private static final long LINGER_MILLIS = 2000;

    /// What all exchanges share.
    static final class Shared {
        private final Vertx vertx;
        private final HttpSettings settings;
        private final Router router;
        private final Callers callers;
        private final SecretSource secrets;
        private final RequestObserver observer;
        private final AtomicLong bodyBytes = new AtomicLong();
        private final AtomicInteger inFlight = new AtomicInteger();

        Shared(
                Vertx vertx,
                HttpSettings settings,
                Router router,
                Callers callers,
                SecretSource secrets,
                RequestObserver observer) {
            this.vertx = vertx;
            this.settings = settings;
            this.router = router;
            this.callers = callers;
            this.secrets = secrets;
            this.observer = observer;
        }
    }

    private final HttpServerRequest wire;
    private final Shared shared;
    private final Context loop;
    private final Dialect dialect;
    private final Request head;
    private final long began = System.nanoTime();
    private final Buffer body = Buffer.buffer();
    private long reserved;
    private long timer = -1;
    private boolean answered;
    private boolean released;

    private Exchange(HttpServerRequest wire, Shared shared) {
        this.wire = wire;
        this.shared = shared;
        this.loop = shared.vertx.getOrCreateContext();
        String target = originForm(wire.uri());
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        Optional<String> query = question < 0 ? Optional.empty() : Optional.of(target.substring(question + 1));
        Headers headers = headers(wire);
        SocketAddress peer = wire.remoteAddress();
        Callers.Origin origin = shared.callers.origin(
                peer == null || peer.hostAddress() == null ? "unknown" : peer.hostAddress(), wire.isSSL(), headers);
        this.dialect = shared.router.dialect(path);
        this.head = new Request(
                shared.secrets.requestId(),
                wire.method().name(),
                path,
                query,
                headers,
                new byte[0],
                origin.secure(),
                origin.address());
    }

    static void begin(HttpServerRequest wire, Shared shared) {
        new Exchange(wire, shared).begin();
    }

    private void begin() {
        wire.exceptionHandler(gone -> release());
        wire.response().exceptionHandler(gone -> LOG.log(DEBUG, "the client is gone: {0}", gone.toString()));
        wire.response().closeHandler(gone -> release());
        Optional<Fault> fault = faultOfHead();
        if (shared.inFlight.incrementAndGet() > shared.settings.maxRequests()) {
            fault = fault.or(() -> Optional.of(Fault.UNAVAILABLE));
        }
        if (fault.isPresent()) {
            refuse(fault.get());
            return;
        }
        timer = shared.vertx.setTimer(
                shared.settings.requestTimeout().toMillis(), fired -> refuseUnlessAnswered(Fault.TOO_SLOW));
        wire.handler(this::take);
        wire.endHandler(end -> {
            if (!answered) {
                shared.vertx.cancelTimer(timer);
                work();
            }
        });
    }

    private Optional<Fault> faultOfHead() {
        HttpSettings settings = shared.settings;
        if (wire.uri().length() + wire.method().name().length() + 10 > settings.maxRequestLine()) {
            return Optional.of(Fault.TOO_LARGE);
        }
        long headerBytes = 0;
        for (Map.Entry<String, String> header : wire.headers()) {
            headerBytes += header.getKey().length() + header.getValue().length() + 4;
        }
        if (headerBytes > settings.maxHeaders()) {
            return Optional.of(Fault.TOO_LARGE);
        }
        if (wire.version() == HttpVersion.HTTP_1_1 && head.headers().all("host").size() != 1) {
            return Optional.of(Fault.MALFORMED);
        }
        long announced = head.headers()
                .first("content-length")
                .filter(length -> length.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
        return announced > settings.maxBody() ? Optional.of(Fault.TOO_LARGE) : Optional.empty();
    }

    private void take(Buffer chunk) {
        if (answered) {
            return;
        }
        if (body.length() + (long) chunk.length() > shared.settings.maxBody()) {
            refuseUnlessAnswered(Fault.TOO_LARGE);
            return;
        }
        reserved += chunk.length();
        if (shared.bodyBytes.addAndGet(chunk.length()) > shared.settings.maxBodies()) {
            refuseUnlessAnswered(Fault.UNAVAILABLE);
            return;
        }
        body.appendBuffer(chunk);
    }

    private void refuseUnlessAnswered(Fault fault) {
        if (!answered) {
            refuse(fault);
        }
    }

    /// Refuses a request that has not arrived whole: the connection can't be used any further.
    private void refuse(Fault fault) {
        answered = true;
        shared.vertx.cancelTimer(timer);
        Thread.ofVirtual().name("request-" + head.id()).start(() -> {
            Answer answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(() -> refusal(fault));
            loop.runOnContext(back -> {
                wire.handler(dropped -> {});
                wire.endHandler(end -> closeConnection());
                shared.vertx.setTimer(LINGER_MILLIS, fired -> closeConnection());
                if (wire.version() != HttpVersion.HTTP_2) {
                    wire.response().putHeader("Connection", "close");
                }
                send(answer);
                if (wire.isEnded()) {
                    closeConnection();
                }
            });
        });
    }

    private void closeConnection() {
        if (wire.version() == HttpVersion.HTTP_2) {
            wire.response().reset(0);
        } else {
            wire.connection().close();
        }
    }

    private void work() {
        byte[] bytes = body.getBytes();
        Request request = new Request(
                head.id(),
                head.verb(),
                head.path(),
                head.query(),
                head.headers(),
                bytes,
                head.secure(),
                head.address());
        Thread.ofVirtual().name("request-" + head.id()).start(() -> {
            Answer answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(() -> answer(request));
            loop.runOnContext(back -> send(answer));
        });
    }

    private Answer answer(Request request) {
        LOG.log(DEBUG, "{0} {1} for {2}", request.verb(), request.path(), dialect.name());
        try {
            return dialect.answer(request);
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return refusal(e.fault());
        } catch (Unavailable e) {
            LOG.log(WARNING, "unavailable: {0}", e.getMessage());
            return unavailable(e.retryAfter());
        } catch (Throwable e) {
            LOG.log(ERROR, "a request failed", e);
            return refusal(Fault.FAILED);
        }
    }

    private Answer refusal(Fault fault) {
        LOG.log(DEBUG, "refused: {0}", fault);
        if (fault == Fault.UNAVAILABLE) {
            return unavailable(Duration.ofSeconds(1));
        }
        try {
            return dialect.refuse(head, fault);
        } catch (Throwable e) {
            LOG.log(ERROR, "a refusal failed", e);
            return PlainFaults.answer(fault);
        }
    }

    private Answer unavailable(Duration retryAfter) {
        Answer answer;
        try {
            answer = dialect.refuse(head, Fault.UNAVAILABLE);
        } catch (Throwable e) {
            LOG.log(ERROR, "a refusal failed", e);
            answer = PlainFaults.answer(Fault.UNAVAILABLE);
        }
        return answer.with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    private void send(Answer answer) {
        HttpServerResponse response = wire.response();
        shared.observer.answered(dialect.name(), answer.status(), Duration.ofNanos(System.nanoTime() - began));
        if (!response.closed() && !response.ended()) {
            response.setStatusCode(answer.status());
            answer.headers().forEach(response::putHeader);
            response.putHeader("Licet-Request-Id", head.id());
            response.end(Buffer.buffer(answer.body()));
        }
        release();
    }

    private void release() {
        if (!released) {
            released = true;
            shared.inFlight.decrementAndGet();
            shared.bodyBytes.addAndGet(-reserved);
        }
    }

    private static String originForm(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int slash = target.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : target.substring(slash);
    }

    private static Headers headers(HttpServerRequest wire) {
        Map<String, List<String>> byName = new HashMap<>();
        for (Map.Entry<String, String> header : wire.headers()) {
            byName.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.getValue());
        }
        if (wire.version() == HttpVersion.HTTP_2 && wire.authority() != null) {
            byName.putIfAbsent("host", List.of(wire.authority().toString()));
        }
        return new Headers(byName);
    }
}
