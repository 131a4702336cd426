package dev.licet.console;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/// Answers packed by gzip, for what has no secret beside a text that somebody else may choose: the length of such an
/// answer would tell of the secret.
final class Packed {
    private Packed() {}

    static boolean isWanted(Request request) {
        return request.headers()
                .first("accept-encoding")
                .filter(value -> value.contains("gzip"))
                .isPresent();
    }

    static byte[] of(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't be written to", e);
        }
        return packed.toByteArray();
    }

    /// The same answer, packed if the browser takes it so.
    static Answer answer(Request request, Answer plain) {
        return isWanted(request)
                ? new Answer(plain.status(), plain.headers(), of(plain.bytes()))
                        .with("Content-Encoding", "gzip")
                        .with("Vary", "Accept-Encoding")
                : plain;
    }
}
