package dev.licet.server.http;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.identity.SecretSource;
import dev.licet.dialect.Dialect;
import dev.licet.server.config.Settings.CertificateFiles;
import dev.licet.server.config.Settings.HttpSettings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// The listening sockets, plain and TLS, on a few event loops. They read requests and write answers; what
/// happens between is an [Exchange].
public final class HttpWire implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpWire.class.getName());

    /// Requests at once over one HTTP/2 connection.
    private static final int MAX_STREAMS = 100;

    /// A request that stalls is answered before its connection counts as idle and is closed.
    private static final Duration IDLE_GRACE = Duration.ofMillis(500);

    private final Map<HttpConnection, IdleWatch> watches = new ConcurrentHashMap<>();
    private final Duration requestTimeout;
    private final Duration idleTimeout;

    private final Vertx vertx;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final BodyBudget bodies;
    private final int maxConnections;
    private final Duration stopTimeout;
    private final int port;
    private final int tlsPort;

    private HttpWire(
            EventLoops loops,
            HttpSettings settings,
            CertificateFiles certificate,
            List<Dialect> dialects,
            SecretSource secrets,
            RequestObserver observer,
            Duration stopTimeout) {
        // The library keeps the TLS key in a store in memory, under a password of its own that guards nothing.
        System.setProperty("keystore.pkcs12.keyPbeIterationCount", "1");
        this.stopTimeout = stopTimeout;
        this.maxConnections = settings.maxConnections();
        this.requestTimeout = settings.requestTimeout();
        this.idleTimeout = settings.requestTimeout().plus(IDLE_GRACE);
        this.vertx = loops.vertx;
        bodies = new BodyBudget(settings.maxBodies());
        Exchange.Shared shared = new Exchange.Shared(
                vertx,
                settings,
                bodies,
                new Router(dialects),
                new Callers(settings.trustedProxies()),
                secrets,
                observer,
                watches);
        try {
            port = listen(options(settings).setPort(settings.port()), shared);
            tlsPort = listen(
                    options(settings)
                            .setPort(settings.tlsPort())
                            .setSsl(true)
                            .setUseAlpn(true)
                            .setSslHandshakeTimeout(settings.requestTimeout().toMillis())
                            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                            .setKeyCertOptions(new PemKeyCertOptions()
                                    .setCertPath(certificate.chain().toString())
                                    .setKeyPath(certificate.key().toString())),
                    shared);
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    /// Listens on both ports; answers as soon as this returns.
    ///
    /// @param loops are closed with the wire, also when this throws
    public static HttpWire open(
            EventLoops loops,
            HttpSettings settings,
            CertificateFiles certificate,
            List<Dialect> dialects,
            SecretSource secrets,
            RequestObserver observer,
            Duration stopTimeout) {
        return new HttpWire(loops, settings, certificate, dialects, secrets, observer, stopTimeout);
    }

    /// The port of plain HTTP, the real one if any was asked for.
    public int port() {
        return port;
    }

    /// The port of HTTPS, the real one if any was asked for.
    public int tlsPort() {
        return tlsPort;
    }

    /// The memory that bodies and answers take now.
    long bodyBytes() {
        return bodies.taken();
    }

    private static HttpServerOptions options(HttpSettings settings) {
        int headerSize = 2 * settings.maxHeaders() + 4 * settings.maxRequestLine();
        // The library's limits lie above ours, so that ours can be refused in the dialect's own form.
        return new HttpServerOptions()
                .setHost(settings.host())
                .setReuseAddress(true)
                .setTcpNoDelay(true)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHttp2ClearTextEnabled(false)
                // The library would refuse HTTP/1.0 over TLS.
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1, HttpVersion.HTTP_1_0))
                .setMaxInitialLineLength(16 * settings.maxRequestLine())
                .setMaxHeaderSize(headerSize)
                .setInitialSettings(new Http2Settings()
                        .setMaxHeaderListSize(headerSize)
                        .setMaxConcurrentStreams(MAX_STREAMS)
                        .setPushEnabled(false))
                .setMaxChunkSize(BodyStream.PIECE);
    }

    private int listen(HttpServerOptions options, Exchange.Shared shared) {
        if (options.getPort() == 0) {
            options.setPort(anyFreePort(options.getHost()));
        }
        int loops = Runtime.getRuntime().availableProcessors();
        await(
                vertx.deployVerticle(() -> new Loop(options, shared), new DeploymentOptions().setInstances(loops)),
                "can't listen on " + options.getHost() + ":" + options.getPort());
        return options.getPort();
    }

    /// The library lets several event loops share a port only if it is named.
    private static int anyFreePort(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("can't find a free port on " + host, e);
        }
    }

    /// One event loop's share of a listening socket.
    private final class Loop extends VerticleBase {
        private final HttpServerOptions options;
        private final Exchange.Shared shared;

        Loop(HttpServerOptions options, Exchange.Shared shared) {
            this.options = options;
            this.shared = shared;
        }

        @Override
        public Future<?> start() {
            Arrivals arrivals = new Arrivals(vertx.getOrCreateContext(), requestTimeout);
            return vertx.createHttpServer(options)
                    .connectionHandler(HttpWire.this::let)
                    .requestHandler(request -> Exchange.begin(request, shared, arrivals))
                    .invalidRequestHandler(request ->
                            Exchange.refuse(request, request.decoderResult().cause(), shared, arrivals))
                    // Not what it says: it may quote what the client sent, secrets and all.
                    .exceptionHandler(e -> LOG.log(
                            DEBUG, "a connection failed: {0}", e.getClass().getSimpleName()))
                    .listen()
                    .onSuccess(servers::add);
        }
    }

    /// Lets a connection in, or closes it if there are too many.
    private void let(HttpConnection connection) {
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            connection.close();
            return;
        }
        IdleWatch watch = new IdleWatch(vertx, connection, idleTimeout);
        watches.put(connection, watch);
        connection.closeHandler(closed -> {
            watch.stop();
            watches.remove(connection);
            connections.decrementAndGet();
        });
    }

    /// Takes no more connections, lets the requests in flight finish for a while, and closes.
    @Override
    public void close() {
        List<Future<Void>> stopping =
                servers.stream().map(server -> server.shutdown(stopTimeout)).toList();
        try {
            await(Future.join(stopping), "can't stop listening");
        } finally {
            await(vertx.close(), "can't stop the event loops");
        }
    }

    private void await(Future<?> future, String failure) {
        try {
            future.toCompletionStage().toCompletableFuture().get(stopTimeout.toMillis() + 5000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failure + ": interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(failure + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException(failure + ": timed out", e);
        }
    }
}
