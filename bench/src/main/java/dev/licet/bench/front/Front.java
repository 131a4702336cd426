package dev.licet.bench.front;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Raw Netty: native epoll, two event loops, HTTP/1.1, whole bodies, one fixed answer.
///
/// `--port N [--cert FILE --key FILE] [--backend none|insert|copy|kafka] [--to ADDRESS] [--callers N]`, with
/// TLS by the JDK's engine if there is a certificate.
public final class Front {
    private static final int EVENT_LOOPS = 2;
    private static final int MAX_BODY = 8 << 20;
    private static final int WAITING_CONNECTIONS = 4096;

    private Front() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = given(arguments);
        Optional<SslContext> tls = tls(given);
        Backend backend = backend(given);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, EpollIoHandler.newFactory());
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, WAITING_CONNECTIONS)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_BODY))
                                .addLast(new FrontHandler(backend));
                    }
                })
                .bind("127.0.0.1", Integer.parseInt(given.getOrDefault("--port", "0")))
                .sync()
                .channel();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            listening.close().awaitUninterruptibly();
            backend.close();
        }));
        listening.closeFuture().sync();
    }

    private static Map<String, String> given(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        if (arguments.length % 2 != 0) {
            throw new IllegalArgumentException("not pairs: " + Arrays.toString(arguments));
        }
        return given;
    }

    private static Optional<SslContext> tls(Map<String, String> given) throws SSLException {
        if (!given.containsKey("--cert")) {
            return Optional.empty();
        }
        return Optional.of(SslContextBuilder.forServer(
                        Path.of(given.get("--cert")).toFile(),
                        Path.of(given.getOrDefault("--key", "")).toFile())
                .sslProvider(SslProvider.JDK)
                .build());
    }

    private static Backend backend(Map<String, String> given) {
        String to = given.getOrDefault("--to", "");
        int callers = Integer.parseInt(given.getOrDefault("--callers", "1"));
        String name = given.getOrDefault("--backend", "none");
        return switch (name) {
            case "none" -> Backend.none();
            case "insert" -> PostgresBackend.inserting(to, callers);
            case "copy" -> PostgresBackend.copying(to, callers);
            case "kafka" -> new KafkaBackend(to);
            default -> throw new IllegalArgumentException("no such backend: " + name);
        };
    }
}
