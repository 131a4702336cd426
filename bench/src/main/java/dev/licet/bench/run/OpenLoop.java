package dev.licet.bench.run;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Sends requests at a fixed rate, whether or not earlier ones were answered, and times each from when it was due.
/// So a server that stalls pays for all that came due meanwhile.
///
/// All of it happens on one event loop; nothing is shared.
final class OpenLoop {
    private static final int MAX_ANSWER = 1 << 16;
    /// Answers may take this long after the last request.
    private static final long GRACE_SECONDS = 20;

    private final EventLoop loop;
    private final byte[] request;
    private final double intervalNanos;
    private final long requests;
    private final CompletableFuture<Latencies> result = new CompletableFuture<>();
    private final Deque<Connection> free = new ArrayDeque<>();
    /// When each request was due that has no connection yet.
    private final Queue<Long> waiting = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private long begun;
    private long due;

    private OpenLoop(EventLoop loop, byte[] request, double perSecond, Duration length) {
        this.loop = loop;
        this.request = request;
        this.intervalNanos = 1e9 / perSecond;
        this.requests = Math.max(1, (long) (length.toNanos() / intervalNanos));
    }

    /// Posts this form.
    ///
    /// @param connections how many are kept open; what is due while none is free waits, and its time runs
    static Latencies run(int port, String path, String form, double perSecond, int connections, Duration length)
            throws IOException, InterruptedException {
        String text = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Type: " + Bodies.FORM
                + "\r\nContent-Length: " + form.length() + "\r\n\r\n" + form;
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            EventLoop loop = (EventLoop) group.next();
            OpenLoop open = new OpenLoop(loop, text.getBytes(StandardCharsets.US_ASCII), perSecond, length);
            for (int i = 0; i < connections; i++) {
                open.connect(port);
            }
            loop.execute(open::begin);
            return open.result.get(length.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the load failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("not all requests were answered", e);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private void connect(int port) throws InterruptedException {
        Connection connection = new Connection();
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel opened) {
                        opened.pipeline()
                                .addLast(new HttpResponseDecoder())
                                .addLast(new HttpObjectAggregator(MAX_ANSWER))
                                .addLast(connection);
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
        loop.execute(() -> connection.opened(channel));
    }

    private void begin() {
        begun = System.nanoTime();
        pace();
    }

    /// Sends all that is due, and comes back when more is.
    private void pace() {
        while (due < requests && next() <= System.nanoTime()) {
            waiting.add(next());
            due++;
        }
        send();
        if (due < requests) {
            loop.schedule(this::pace, Math.max(0, next() - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    private long next() {
        return begun + (long) (due * intervalNanos);
    }

    private void send() {
        while (!waiting.isEmpty() && !free.isEmpty()) {
            free.pop().send(waiting.remove());
        }
    }

    private void answered(long nanos) {
        latencies.add(nanos);
        if (latencies.count() == requests) {
            result.complete(latencies);
        }
    }

    /// One connection, with one request in flight at most.
    private final class Connection extends SimpleChannelInboundHandler<FullHttpResponse> {
        private long sentDue;

        private @Nullable Channel channel;

        void opened(Channel opened) {
            channel = opened;
            free.push(this);
        }

        void send(long dueAt) {
            sentDue = dueAt;
            Objects.requireNonNull(channel).writeAndFlush(Unpooled.wrappedBuffer(request));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext from, FullHttpResponse answer) {
            if (answer.status().code() / 100 != 2) {
                result.completeExceptionally(new IOException("answered " + answer.status()));
                return;
            }
            answered(System.nanoTime() - sentDue);
            free.push(this);
            OpenLoop.this.send();
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            result.completeExceptionally(new IOException("a connection was closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
            result.completeExceptionally(cause);
        }
    }
}
