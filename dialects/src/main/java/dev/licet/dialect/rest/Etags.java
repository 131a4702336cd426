package dev.licet.dialect.rest;

import dev.licet.core.Expected;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;

/// Entity tags (RFC 9110): a hash of what an answer shows of a thing, so that a change can be asked for on condition
/// that it is still what was seen.
final class Etags {
    private static final int BYTES = 12;

    private Etags() {}

    /// A thing's answer with its tag; none but the tag if the client has it already.
    static Answer tagged(Call call, int status, byte[] body) {
        String tag = of(body);
        boolean isKnown = call.request().verb().equals("GET")
                && call.request()
                        .headers()
                        .first("If-None-Match")
                        .filter(known -> names(known, tag, true))
                        .isPresent();
        return (isKnown ? Answer.of(304, Json.MEDIA_TYPE, new byte[0]) : Answer.of(status, Json.MEDIA_TYPE, body))
                .with("ETag", tag);
    }

    /// What the header If-Match says that the thing has to be like.
    ///
    /// @param writer shows it as the answer does that the client has the tag from
    static <T> Expected<T> expected(Call call, BiConsumer<JsonGenerator, T> writer) {
        Optional<String> wanted = call.request().headers().first("If-Match");
        return wanted.isEmpty()
                ? Expected.anything()
                : now -> names(wanted.get(), of(Json.object(json -> writer.accept(json, now))), false);
    }

    /// @param weak whether a tag that is marked as weak counts, too
    private static boolean names(String header, String tag, boolean weak) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .map(named -> weak && named.startsWith("W/") ? named.substring(2) : named)
                .anyMatch(named -> named.equals("*") || named.equals(tag));
    }

    private static String of(byte[] body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
            return '"' + HexFormat.of().formatHex(hash, 0, BYTES) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
