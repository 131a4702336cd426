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
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
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
    /// HTTP/2's code for a stream that is ended without being at fault.
    private static final long NO_ERROR = 0;

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
    /// Its answer is on the way: nothing more of it is taken.
    private boolean answered;
    /// A refusal has been written.
    private boolean refused;
    /// It has been read to its end.
    private boolean arrived;
    /// The dialect is at it. A client that leaves does not end that, so it counts until the work is done.
    private boolean working;
    /// It holds nothing of what all requests share.
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
                peer == null || peer.hostAddress() == null ? Callers.UNKNOWN : peer.hostAddress(),
                wire.isSSL(),
                headers);
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

    /// Takes a request whose head could be read.
    static void begin(HttpServerRequest wire, Shared shared) {
        guarded(wire, () -> new Exchange(wire, shared).begin());
    }

    /// Refuses a request whose head could not be read.
    static void refuse(HttpServerRequest wire, Throwable cause, Shared shared) {
        boolean tooLong = cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
        guarded(wire, () -> new Exchange(wire, shared).beginRefusing(tooLong ? Fault.TOO_LARGE : Fault.MALFORMED));
    }

    /// What is thrown on an event loop would leave the client without an answer.
    private static void guarded(HttpServerRequest wire, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(ERROR, "a request failed on its event loop", e);
            wire.connection().close();
        }
    }

    private void begin() {
        if (enter()) {
            Optional<Fault> fault = faultOfHead();
            if (fault.isPresent()) {
                refuse(fault.get());
                return;
            }
            timer = shared.vertx.setTimer(
                    shared.settings.requestTimeout().toMillis(), fired -> refuseUnlessAnswered(Fault.TOO_SLOW));
            wire.handler(this::take);
            wire.endHandler(end -> {
                if (!answered) {
                    arrived = true;
                    shared.vertx.cancelTimer(timer);
                    work();
                }
            });
            if (head.headers()
                    .first("expect")
                    .filter("100-continue"::equalsIgnoreCase)
                    .isPresent()) {
                wire.response().writeContinue();
            }
        }
    }

    private void beginRefusing(Fault fault) {
        if (enter()) {
            refuse(fault);
        }
    }

    /// Counts it among the requests in flight; refuses it if they are too many.
    private boolean enter() {
        wire.exceptionHandler(this::cut);
        wire.response().exceptionHandler(gone -> LOG.log(DEBUG, "the client is gone"));
        wire.response().closeHandler(gone -> releaseUnlessWorking());
        if (shared.inFlight.incrementAndGet() > shared.settings.maxRequests()) {
            refuse(Fault.UNAVAILABLE);
            return false;
        }
        return true;
    }

    private Optional<Fault> faultOfHead() {
        HttpSettings settings = shared.settings;
        if (wire.uri().length() + wire.method().name().length() + 10 > settings.maxRequestLine()) {
            return Optional.of(Fault.TOO_LARGE);
        }
        long headerBytes = 0;
        for (Map.Entry<String, String> header : wire.headers()) {
            if (header.getKey().isEmpty()) {
                return Optional.of(Fault.MALFORMED);
            }
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
        if (answered || released) {
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

    /// The rest of the request will not come: the client is gone, or what it sent is no body. The library closes
    /// the connection when this returns, so a last word has to be said at once.
    private void cut(Throwable cause) {
        if (!answered
                && !arrived
                && !(cause instanceof HttpClosedException)
                && !wire.response().closed()) {
            answered = true;
            guarded(wire, () -> send(refusal(Fault.MALFORMED).with("Connection", "close")));
        }
        shared.vertx.cancelTimer(timer);
        answered = true;
        releaseUnlessWorking();
    }

    /// Refuses a request that may not have arrived whole: the connection can't be used any further. What still
    /// comes is dropped for a while; to close at once would reset the connection and destroy the answer.
    private void refuse(Fault fault) {
        answered = true;
        shared.vertx.cancelTimer(timer);
        wire.handler(dropped -> {});
        wire.endHandler(end -> {
            arrived = true;
            if (refused) {
                finish();
            }
        });
        Thread.ofVirtual().name("request-" + head.id()).start(() -> {
            Answer answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(() -> refusal(fault));
            loop.runOnContext(back -> guarded(wire, () -> sendRefusal(answer)));
        });
    }

    private void sendRefusal(Answer answer) {
        refused = true;
        release();
        HttpServerResponse response = wire.response();
        if (!response.closed()) {
            prepare(answer);
            if (wire.version() != HttpVersion.HTTP_2) {
                response.putHeader("Connection", "close");
            }
            // The whole answer goes out, but it is not ended: at the end the library closes what is not kept alive.
            response.putHeader("Content-Length", Integer.toString(answer.body().length));
            response.write(Buffer.buffer(answer.body()));
        }
        if (arrived) {
            finish();
        } else {
            shared.vertx.setTimer(LINGER_MILLIS, fired -> finish());
        }
    }

    private void finish() {
        HttpServerResponse response = wire.response();
        if (response.closed()) {
            return;
        }
        if (!response.ended()) {
            response.end();
        }
        if (wire.version() != HttpVersion.HTTP_2) {
            wire.connection().close();
        } else if (!arrived) {
            response.reset(NO_ERROR);
        }
    }

    private void work() {
        working = true;
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
            loop.runOnContext(back -> guarded(wire, () -> send(answer)));
        });
    }

    private Answer answer(Request request) {
        LOG.log(DEBUG, () -> shared.router.loggable(dialect, request));
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
        release(); // before the answer goes out: who has read it may come again
        if (!response.closed() && !response.ended()) {
            prepare(answer);
            response.end(Buffer.buffer(answer.body()));
        }
    }

    private void prepare(Answer answer) {
        shared.observer.answered(dialect.name(), answer.status(), Duration.ofNanos(System.nanoTime() - began));
        HttpServerResponse response = wire.response();
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        response.putHeader("Licet-Request-Id", head.id());
    }

    private void releaseUnlessWorking() {
        if (!working) {
            release();
        }
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
        for (int i = scheme + 3; i < target.length(); i++) {
            if (target.charAt(i) == '/') {
                return target.substring(i);
            }
            if (target.charAt(i) == '?') {
                return "/" + target.substring(i);
            }
        }
        return "/";
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
