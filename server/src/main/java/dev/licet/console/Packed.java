package dev.licet.console;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/// An answer, and the same packed by gzip. For what has no secret beside a text that somebody else may choose: the
/// length of such an answer would tell of the secret.
record Packed(Answer plain, byte[] gzip) {

    static Packed of(Answer plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't be written to", e);
        }
        return new Packed(plain, packed.toByteArray());
    }

    /// Packed if the browser takes it so.
    Answer answer(Request request) {
        Answer answer = isWanted(request)
                ? new Answer(plain.status(), plain.headers(), gzip).with("Content-Encoding", "gzip")
                : plain;
        return answer.with("Vary", "Accept-Encoding");
    }

    /// For what is answered once.
    static Answer answer(Request request, Answer plain) {
        return isWanted(request) ? of(plain).answer(request) : plain.with("Vary", "Accept-Encoding");
    }

    private static boolean isWanted(Request request) {
        return request.headers()
                .first("accept-encoding")
                .filter(value -> value.contains("gzip"))
                .isPresent();
    }
}
