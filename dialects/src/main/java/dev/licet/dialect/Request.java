package dev.licet.dialect;

import java.util.Locale;
import java.util.Optional;

/// One HTTP request with its body, whole.
///
/// @param id names it in the log
/// @param path as on the request line, escapes and all
/// @param query what follows the question mark, escapes and all; a char is a byte
/// @param secure whether nobody on the way could read it: our own TLS, or a trusted proxy's word
/// @param address the caller's network address, by the same rule
public record Request(
        String id,
        String verb,
        String path,
        Optional<String> query,
        Headers headers,
        byte[] body,
        boolean secure,
        String address) {

    /// Its id alone: clients put secrets everywhere else.
    @Override
    public String toString() {
        return "request " + id;
    }

    /// The media type of the body in lower case, without its parameters.
    public Optional<String> mediaType() {
        return headers.first("content-type")
                .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .filter(type -> !type.isEmpty());
    }

    public boolean isForm() {
        return mediaType().filter("application/x-www-form-urlencoded"::equals).isPresent();
    }

    public boolean isMultipart() {
        return mediaType().filter("multipart/form-data"::equals).isPresent();
    }
}
