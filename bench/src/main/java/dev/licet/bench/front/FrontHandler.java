package dev.licet.bench.front;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/// Gives each posted body to the backend and answers when it is done; answers anything else at once.
final class FrontHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final byte[] SUCCESS = "{\"result\":0,\"message\":\"\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FAILURE = "{\"result\":1,\"message\":\"\"}".getBytes(StandardCharsets.US_ASCII);

    private final Backend backend;

    FrontHandler(Backend backend) {
        this.backend = backend;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!request.method().equals(HttpMethod.POST)) {
            context.write(answer(HttpResponseStatus.OK, SUCCESS), context.voidPromise());
            return;
        }
        backend.take(ByteBufUtil.getBytes(request.content()), failure -> {
            FullHttpResponse answer = failure == null
                    ? answer(HttpResponseStatus.OK, SUCCESS)
                    : answer(HttpResponseStatus.INTERNAL_SERVER_ERROR, FAILURE);
            if (context.executor().inEventLoop()) {
                context.write(answer, context.voidPromise()); // flushed when all that was read is answered
            } else {
                context.writeAndFlush(answer, context.voidPromise());
            }
        });
    }

    private static FullHttpResponse answer(HttpResponseStatus status, byte[] body) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return answer;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
