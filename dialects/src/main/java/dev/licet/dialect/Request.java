package dev.licet.dialect;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/// One HTTP request.
///
/// @param id names it in the log
/// @param path as on the request line, escapes and all
/// @param query what follows the question mark, escapes and all; a char is a byte
/// @param content its body, unpacked
/// @param secure whether nobody on the way could read it: our own TLS, or a trusted proxy's word
/// @param address the caller's network address, by the same rule
public record Request(
        String id,
        String verb,
        String path,
        Optional<String> query,
        Headers headers,
        Content content,
        boolean secure,
        String address) {

    /// A body.
    public sealed interface Content {}

    /// All of a body.
    public record Whole(byte[] bytes) implements Content {}

    /// A body as it comes, for a dialect that [takes it so][Dialect#streams].
    public record Streamed(InputStream stream) implements Content {}

    /// A request with its body, whole.
    public Request(
            String id,
            String verb,
            String path,
            Optional<String> query,
            Headers headers,
            byte[] body,
            boolean secure,
            String address) {
        this(id, verb, path, query, headers, new Whole(body), secure, address);
    }

    /// Its id alone: clients put secrets everywhere else.
    @Override
    public String toString() {
        return "request " + id;
    }

    public Request with(Content content) {
        return new Request(id, verb, path, query, headers, content, secure, address);
    }

    /// The body, whole; not for a request that comes as a stream.
    public byte[] body() {
        return switch (content) {
            case Whole whole -> whole.bytes();
            case Streamed streamed -> throw new IllegalStateException("the body comes as a stream");
        };
    }

    /// The body from its beginning. To read it may block, and may end in a [BrokenBody]. Of one that comes as a stream
    /// there is one stream, which is good until the dialect has answered.
    public InputStream stream() {
        return switch (content) {
            case Whole whole -> new ByteArrayInputStream(whole.bytes());
            case Streamed streamed -> streamed.stream();
        };
    }

    /// The media type of the body in lower case, without its parameters.
    public Optional<String> mediaType() {
        return headers.first("content-type").map(Request::withoutParameters).filter(type -> !type.isEmpty());
    }

    private static String withoutParameters(String type) {
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    public boolean isForm() {
        return mediaType().filter("application/x-www-form-urlencoded"::equals).isPresent();
    }

    public boolean isMultipart() {
        return mediaType().filter("multipart/form-data"::equals).isPresent();
    }
}
