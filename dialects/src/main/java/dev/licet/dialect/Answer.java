package dev.licet.dialect;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// What goes back: status, headers, body.
public record Answer(int status, Map<String, String> headers, Body body) {

    /// What an answer says.
    public sealed interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /// All that it says.
    public record Whole(byte[] bytes) implements Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    /// What is written while the client reads it: too much to be held.
    public record Written(Writer writer) implements Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            writer.writeTo(out);
        }
    }

    /// Runs on the request's thread, after the dialect has answered; the request's body is closed then. To write blocks
    /// while the client does not read, and fails when it is gone. Whatever is thrown cuts the answer off, and the
    /// client is shown that it is not whole.
    @FunctionalInterface
    public interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    public Answer(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, new Whole(body));
    }

    public static Answer of(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", contentType), body);
    }

    public static Answer written(int status, String contentType, Writer writer) {
        return new Answer(status, Map.of("Content-Type", contentType), new Written(writer));
    }

    public static Answer text(int status, String line) {
        return of(status, "text/plain; charset=utf-8", line + "\n");
    }

    /// What it says, whole; one that is written is written now.
    public byte[] bytes() {
        if (body instanceof Whole whole) {
            return whole.bytes();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            body.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }
}
