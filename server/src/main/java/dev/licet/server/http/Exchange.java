package dev.licet.server.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Pending;
import dev.licet.core.RequestId;
import dev.licet.core.audit.Acting;
import dev.licet.core.identity.SecretSource;
import dev.licet.dialect.Answer;
import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Headers;
import dev.licet.dialect.Request;
import dev.licet.server.config.Settings.HttpSettings;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One request and its answer.
///
/// The event loop of the connection collects the body, within bounds of size, memory and time; then a virtual
/// thread of its own runs the dialect, plain and blocking; then the answer goes back to the event loop. A small request
/// that [is quick][Dialect#isQuick] has no thread: the loop begins it, and answers it when its write is there, which
/// saves a third of what such a request costs (ADR 0008). A body that the dialect [streams][Dialect#streams] is not
/// collected: the virtual thread begins at once and reads it from a [BodyStream]; an answer that is
/// [written][Answer.Written] goes out through an [AnswerStream]. The fields belong to the event loop. Whatever goes
/// wrong, the client gets an answer in its dialect's form, or, where one is on its way already, is shown that it is
/// cut.
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    private static final Buffer EMPTY = Buffer.buffer();
    /// How long what is left of a refused body is read and dropped, so that the client gets to read the answer.
    private static final long LINGER_MILLIS = 2000;
    /// HTTP/2's code for a stream that is ended without being at fault.
    private static final long NO_ERROR = 0;

    /// HTTP/2's code for a stream that is not whole, by our fault.
    private static final long INTERNAL_ERROR = 2;

    /// The largest body of a request that the event loop works on itself.
    private static final int QUICK_BODY = 16 << 10;

    /// What all exchanges share.
    static final class Shared {
        private final Vertx vertx;
        private final HttpSettings settings;
        private final Router router;
        private final Callers callers;
        private final SecretSource secrets;
        private final RequestObserver observer;
        private final BodyBudget bodies;
        private final Map<HttpConnection, IdleWatch> watches;
        private final AtomicInteger inFlight = new AtomicInteger();

        Shared(
                Vertx vertx,
                HttpSettings settings,
                BodyBudget bodies,
                Router router,
                Callers callers,
                SecretSource secrets,
                RequestObserver observer,
                Map<HttpConnection, IdleWatch> watches) {
            this.bodies = bodies;
            this.watches = watches;
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
    private final Arrivals arrivals;
    private final Context loop;
    private final Dialect dialect;
    private final Request head;
    private final Refusals refusals;
    private final long began = System.nanoTime();
    private final Optional<Packing> packing;
    private final BodyBudget.Share share;
    private final @Nullable IdleWatch watch;
    private Buffer body = EMPTY;
    private @Nullable BodyStream incoming;
    private @Nullable AnswerStream outgoing;
    /// How much of a streamed body has come.
    private long streamed;
    /// The client sends the body only when it is told to.
    private boolean awaitsContinue;
    private long timer = -1;
    /// Its answer is on the way: nothing more of it is taken.
    private boolean answered;
    /// An answer has begun to go out: there will be no other.
    private boolean said;
    /// An answer has been written to a request that may still be coming.
    private boolean saidEarly;
    /// It has been read to its end.
    private boolean arrived;
    /// The dialect is at it. A client that leaves does not end that, so it counts until the work is done.
    private boolean working;
    /// It holds nothing of what all requests share.
    private boolean released;
    /// Its connection no longer waits for it.
    private boolean left;

    private Exchange(HttpServerRequest wire, Shared shared, Arrivals arrivals) {
        this.wire = wire;
        this.shared = shared;
        this.arrivals = arrivals;
        this.loop = arrivals.loop();
        Headers headers = Head.headers(wire);
        this.watch = shared.watches.get(wire.connection());
        Callers.Origin origin =
                shared.callers.origin(watch == null ? Callers.UNKNOWN : watch.address(), wire.isSSL(), headers);
        this.head = Head.of(wire, headers, origin, shared.secrets.requestId());
        this.dialect = shared.router.dialect(head.path());
        this.refusals = new Refusals(dialect, head);
        this.packing = Packing.of(headers);
        this.share = shared.bodies.new Share();
    }

    /// Takes a request whose head could be read.
    static void begin(HttpServerRequest wire, Shared shared, Arrivals arrivals) {
        guarded(wire, () -> new Exchange(wire, shared, arrivals).begin());
    }

    /// Refuses a request whose head could not be read.
    static void refuse(HttpServerRequest wire, Throwable cause, Shared shared, Arrivals arrivals) {
        boolean tooLong = cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
        guarded(
                wire,
                () -> new Exchange(wire, shared, arrivals).beginRefusing(tooLong ? Fault.TOO_LARGE : Fault.MALFORMED));
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
        if (!enter()) {
            return;
        }
        boolean streams = dialect.streams(head);
        Optional<Fault> fault = Head.fault(
                wire, head, shared.settings, streams ? shared.settings.maxStream() : shared.settings.maxBody());
        if (fault.isPresent() || packing.isEmpty()) {
            refuse(fault.orElse(Fault.UNKNOWN_ENCODING));
            return;
        }
        awaitsContinue = head.headers()
                .first("expect")
                .filter("100-continue"::equalsIgnoreCase)
                .isPresent();
        if (streams) {
            takeAsItComes();
            return;
        }
        takeWhole();
    }

    private void takeWhole() {
        arrivals.expect(this);
        wire.handler(this::take);
        wire.endHandler(end -> {
            if (!answered) {
                arrived = true;
                arrivals.forget(this);
                workOn(new Request.Whole(body.getBytes()));
            }
        });
        if (awaitsContinue) {
            wire.response().writeContinue();
        }
    }

    /// It has not come whole in the time that it has.
    void isTooSlow() {
        guarded(wire, () -> refuseUnlessAnswered(Fault.TOO_SLOW));
    }

    private void stopWaiting() {
        arrivals.forget(this);
        if (timer >= 0) {
            shared.vertx.cancelTimer(timer);
        }
    }

    private void takeAsItComes() {
        Duration patience = shared.settings.requestTimeout();
        BodyStream stream = new BodyStream(share, shared.settings.streamWindow(), () -> onLoop(this::goOn));
        incoming = stream;
        BodyPace pace = new BodyPace(shared.settings.minStreamRate() * patience.toMillis() / 1000);
        timer = shared.vertx.setPeriodic(Math.max(1, patience.toMillis() / BodyPace.LOOKS), fired -> {
            if (pace.isTooSlow(stream.isHeld() || awaitsContinue)) {
                stream.breakOff(new BrokenBody(Fault.TOO_SLOW, "the body does not keep coming"));
            }
        });
        wire.handler(piece -> {
            streamed += piece.length();
            if (streamed > shared.settings.maxStream()) {
                stream.breakOff(new BrokenBody(Fault.TOO_LARGE, "a body over max-stream"));
                return;
            }
            pace.came(piece.length());
            if (!stream.put(piece.getBytes())) {
                wire.pause();
            }
        });
        wire.endHandler(end -> {
            arrived = true;
            shared.vertx.cancelTimer(timer);
            stream.end();
        });
        work(new Request.Streamed(stream));
    }

    /// The reader of a streamed body is ready for more. Who waits to be told to send it is told only now, and so not
    /// at all if the head alone gets a refusal.
    private void goOn() {
        if (answered || arrived || incoming == null || incoming.isHeld()) {
            return;
        }
        if (awaitsContinue) {
            awaitsContinue = false;
            wire.response().writeContinue();
        }
        wire.resume();
    }

    private void beginRefusing(Fault fault) {
        if (enter()) {
            refuse(fault);
        }
    }

    /// Counts it among the requests in flight; refuses it if they are too many.
    private boolean enter() {
        if (watch != null) {
            watch.begin();
        }
        wire.exceptionHandler(this::cut);
        wire.response().exceptionHandler(gone -> LOG.log(DEBUG, "the client is gone"));
        wire.response().endHandler(end -> leave());
        wire.response().closeHandler(gone -> {
            leave();
            breakStreams();
            releaseUnlessWorking();
        });
        if (shared.inFlight.incrementAndGet() > shared.settings.maxRequests()) {
            refuse(Fault.UNAVAILABLE);
            return false;
        }
        return true;
    }

    private void take(Buffer chunk) {
        if (answered || released) {
            return;
        }
        if (body.length() + (long) chunk.length() > shared.settings.maxBody()) {
            refuseUnlessAnswered(Fault.TOO_LARGE);
            return;
        }
        if (!share.grow(chunk.length())) {
            refuseUnlessAnswered(Fault.UNAVAILABLE);
            return;
        }
        body = body == EMPTY ? chunk : body.appendBuffer(chunk);
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
            guarded(wire, () -> {
                Answer answer = refusals.of(Fault.MALFORMED).with("Connection", "close");
                prepare(answer);
                wire.response().end(Buffer.buffer(answer.bytes()));
            });
        }
        stopWaiting();
        answered = true;
        breakStreams();
        releaseUnlessWorking();
    }

    /// Nobody is there to send or to read any more.
    private void breakStreams() {
        if (incoming != null) {
            incoming.breakOff(new BrokenBody(Fault.MALFORMED, "the body is cut"));
        }
        if (outgoing != null) {
            outgoing.gone();
        }
    }

    /// Refuses a request that may not have arrived whole: the connection can't be used any further.
    private void refuse(Fault fault) {
        takeNoMore();
        Thread.ofVirtual().name("request-" + head.id()).start(() -> {
            Answer answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(() -> refusals.of(fault));
            onLoop(() -> sayEarly(answer, answer.bytes()));
        });
    }

    /// What still comes is dropped from now on.
    private void takeNoMore() {
        answered = true;
        stopWaiting();
        if (!arrived) {
            wire.handler(dropped -> {});
            wire.endHandler(end -> {
                arrived = true;
                if (saidEarly) {
                    finish();
                }
            });
            wire.resume();
        }
    }

    /// Answers a request that is still coming. What comes is dropped for a while; to close at once would reset the
    /// connection and destroy the answer.
    private void sayEarly(Answer answer, byte[] bytes) {
        saidEarly = true;
        release();
        HttpServerResponse response = wire.response();
        if (maySay()) {
            prepare(answer);
            if (wire.version() != HttpVersion.HTTP_2) {
                response.putHeader("Connection", "close");
            }
            // The whole answer goes out, but it is not ended: at the end the library closes what is not kept alive.
            response.putHeader("Content-Length", Integer.toString(bytes.length));
            response.write(Buffer.buffer(bytes));
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

    private void workOn(Request.Whole whole) {
        if (whole.bytes().length <= QUICK_BODY
                && packing.filter(Packing.PLAIN::equals).isPresent()
                && dialect.isQuick(head)) {
            workAtOnce(whole);
        } else {
            work(whole);
        }
    }

    /// Without a thread of its own.
    private void workAtOnce(Request.Whole whole) {
        working = true;
        Pending<Answer> pending;
        try {
            pending = ScopedValue.where(RequestId.CURRENT, head.id())
                    .where(Acting.CURRENT, acting())
                    .call(() -> {
                        LOG.log(DEBUG, () -> shared.router.loggable(dialect, head));
                        return dialect.begin(head.with(whole));
                    });
        } catch (Throwable e) {
            sayFailure(e);
            return;
        }
        if (pending.isThere()) {
            guarded(wire, () -> sendWritten(pending));
        } else {
            pending.whenThere(() -> onLoop(() -> sendWritten(pending)));
        }
    }

    private void sendWritten(Pending<Answer> pending) {
        Answer answer;
        try {
            answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(pending::await);
        } catch (Throwable e) {
            sayFailure(e);
            return;
        }
        send(answer, answer.bytes());
    }

    /// What a dialect says then may have to wait for something.
    private void sayFailure(Throwable thrown) {
        Thread.ofVirtual().name("request-" + head.id()).start(() -> {
            Answer answer = ScopedValue.where(RequestId.CURRENT, head.id()).call(() -> refusals.of(thrown));
            onLoop(() -> send(answer, answer.bytes()));
        });
    }

    private Acting acting() {
        return new Acting(head.verb() + " " + head.path(), head.address(), head.id());
    }

    private void work(Request.Content content) {
        working = true;
        Thread.ofVirtual()
                .name("request-" + head.id())
                .start(() -> ScopedValue.where(RequestId.CURRENT, head.id())
                        .where(Acting.CURRENT, acting())
                        .run(() -> {
                            Answer answer = answer(content);
                            switch (answer.body()) {
                                case Answer.Whole whole -> onLoop(() -> send(answer, whole.bytes()));
                                case Answer.Written written -> write(answer, written);
                            }
                        }));
    }

    private Answer answer(Request.Content content) {
        LOG.log(DEBUG, () -> shared.router.loggable(dialect, head));
        Packing known = packing.orElseThrow();
        try {
            return switch (content) {
                case Request.Whole whole -> {
                    byte[] unpacked = known.unpack(whole.bytes(), shared.settings.maxBody(), share);
                    yield dialect.answer(head.with(new Request.Whole(unpacked)));
                }
                case Request.Streamed packed -> {
                    try (InputStream unpacked = known.unpack(packed.stream(), shared.settings.maxStream(), share)) {
                        yield dialect.answer(head.with(new Request.Streamed(unpacked)));
                    }
                }
            };
        } catch (Throwable e) {
            return refusals.of(e);
        }
    }

    /// Has an answer written on this thread. One that fits in a piece goes out whole.
    private void write(Answer answer, Answer.Written written) {
        AnswerStream out = new AnswerStream(
                share,
                shared.settings.streamWindow(),
                shared.settings.requestTimeout(),
                (stream, piece) -> onLoop(() -> sendPiece(answer, stream, piece)));
        try {
            if (!head.verb().equals("HEAD")) {
                written.writeTo(out);
            }
            byte[] rest = out.rest();
            onLoop(out.hasBegun() ? () -> sendLast(rest) : () -> send(answer, rest));
        } catch (Throwable e) {
            if (!out.hasBegun()) {
                Answer instead = refusals.of(e);
                onLoop(() -> send(instead, instead.bytes()));
                return;
            }
            LOG.log(isOfTheWire(e) ? DEBUG : ERROR, "an answer was cut", e);
            onLoop(this::showThatItIsCut);
        }
    }

    /// A library that writes may have wrapped it.
    private static boolean isOfTheWire(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private void onLoop(Runnable work) {
        try {
            loop.runOnContext(go -> guarded(wire, work));
        } catch (RejectedExecutionException stopped) {
            LOG.log(DEBUG, "the server stopped before this could be answered");
        }
    }

    private void send(Answer answer, byte[] bytes) {
        takeNoMore();
        if (!arrived) {
            sayEarly(answer, bytes);
            return;
        }
        release(); // before the answer goes out: who has read it may come again
        if (maySay()) {
            prepare(answer);
            wire.response().end(Buffer.buffer(bytes));
        }
    }

    private boolean maySay() {
        return !said && !wire.response().closed() && !wire.response().ended();
    }

    private void sendPiece(Answer answer, AnswerStream out, byte[] piece) {
        HttpServerResponse response = wire.response();
        if (outgoing == null ? !maySay() : response.closed() || response.ended()) {
            out.gone();
            return;
        }
        if (outgoing == null) {
            outgoing = out;
            takeNoMore();
            prepare(answer);
            if (wire.version() == HttpVersion.HTTP_1_0) {
                response.putHeader("Connection", "close"); // which is how it ends
            } else if (!answer.headers().containsKey("Content-Length")) {
                response.setChunked(true);
            }
        }
        response.write(Buffer.buffer(piece)).onComplete(done -> {
            if (done.succeeded()) {
                out.taken(piece.length);
            } else {
                out.gone();
            }
        });
    }

    private void sendLast(byte[] rest) {
        release();
        HttpServerResponse response = wire.response();
        if (response.closed() || response.ended()) {
            return;
        }
        response.end(Buffer.buffer(rest)).onComplete(done -> {
            if (wire.version() == HttpVersion.HTTP_1_0) {
                wire.connection().close();
            }
        });
        if (!arrived) {
            shared.vertx.setTimer(LINGER_MILLIS, fired -> {
                if (!arrived) {
                    finish();
                }
            });
        }
    }

    /// To close the connection would do for chunks, but over HTTP/1.0 that is how an answer ends that is whole.
    private void showThatItIsCut() {
        release();
        if (wire.response().closed()) {
            return;
        }
        if (wire.version() == HttpVersion.HTTP_2) {
            wire.response().reset(INTERNAL_ERROR);
            return;
        }
        if (wire.connection() instanceof ConnectionBase connection
                && connection.channel().isOpen()) {
            connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        wire.connection().close();
    }

    private void prepare(Answer answer) {
        said = true;
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
            share.free();
        }
    }

    private void leave() {
        if (watch != null && !left) {
            left = true;
            watch.end();
        }
    }
}
