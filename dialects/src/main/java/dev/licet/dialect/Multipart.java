package dev.licet.dialect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `multipart/form-data` (RFC 7578): the fields; files are passed over.
final class Multipart {
    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME =
            Pattern.compile("[;\\s]name=(?:\"([^\"]*)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE_NAME = Pattern.compile("[;\\s]filename\\*?=", Pattern.CASE_INSENSITIVE);
    private static final byte[] BLANK_LINE = {'\r', '\n', '\r', '\n'};

    private Multipart() {}

    static Parameters fields(Request request, Limits limits) {
        byte[] body = request.body();
        byte[] delimiter = ("--" + boundary(request)).getBytes(StandardCharsets.ISO_8859_1);
        int at = find(body, delimiter, 0);
        if (at != 0 && !(at >= 2 && body[at - 2] == '\r' && body[at - 1] == '\n')) {
            throw malformed("no first boundary");
        }
        byte[] nextDelimiter = new byte[delimiter.length + 2];
        nextDelimiter[0] = '\r';
        nextDelimiter[1] = '\n';
        System.arraycopy(delimiter, 0, nextDelimiter, 2, delimiter.length);
        List<Parameters.Pair> pairs = new ArrayList<>();
        int parts = 0;
        at += delimiter.length;
        while (!startsWith(body, at, "--")) {
            if (!startsWith(body, at, "\r\n")) {
                throw malformed("a boundary is not followed by a line end");
            }
            int headersEnd = find(body, BLANK_LINE, at);
            int end = headersEnd < 0 ? -1 : find(body, nextDelimiter, headersEnd + 2);
            if (end < 0) {
                throw malformed("a part is cut");
            }
            if (++parts > limits.parameters()) {
                throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.parameters() + " parts");
            }
            int start = headersEnd + BLANK_LINE.length;
            field(Texts.utf8(body, at, headersEnd - at), body, start, Math.max(end, start))
                    .ifPresent(pairs::add);
            at = end + nextDelimiter.length;
        }
        return new Parameters(pairs);
    }

    private static Optional<Parameters.Pair> field(String headers, byte[] body, int start, int end) {
        String disposition = Arrays.stream(headers.split("\r\n"))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-disposition:"))
                .findFirst()
                .orElseThrow(() -> malformed("a part without a disposition"));
        Matcher name = NAME.matcher(disposition);
        if (!name.find()) {
            throw malformed("a part without a name");
        }
        if (FILE_NAME.matcher(disposition).find()) {
            return Optional.empty();
        }
        return Optional.of(new Parameters.Pair(text(name), Texts.utf8(body, start, end - start)));
    }

    private static String boundary(Request request) {
        Matcher matcher =
                BOUNDARY.matcher(request.headers().first("content-type").orElse(""));
        if (!matcher.find()) {
            throw malformed("no boundary");
        }
        return text(matcher);
    }

    /// What was found, in quotes or without: both are allowed, and clients send both.
    private static String text(Matcher found) {
        return found.group(1) == null ? found.group(2) : found.group(1);
    }

    private static boolean startsWith(byte[] body, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= body.length || body[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int find(byte[] body, byte[] wanted, int from) {
        for (int i = from; i + wanted.length <= body.length; i++) {
            if (Arrays.equals(body, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private static MalformedRequest malformed(String what) {
        return new MalformedRequest(Fault.MALFORMED, "multipart: " + what);
    }
}
