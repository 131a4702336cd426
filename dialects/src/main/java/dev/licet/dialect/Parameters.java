package dev.licet.dialect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The names and values of a query or a form, in their order. Blank is the same as absent.
public final class Parameters {
    public static final Parameters NONE = new Parameters(List.of());

    /// One name with its value.
    public record Pair(String name, String value) {
        /// Its name alone: the value may be a secret.
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Pair> pairs;

    public Parameters(List<Pair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /// Those of the query.
    public static Parameters ofQuery(Request request, Limits limits) {
        return request.query()
                .map(query -> urlEncoded(query.getBytes(StandardCharsets.ISO_8859_1), limits))
                .orElse(NONE);
    }

    /// Those of a form in the body, of either kind; none when the body is something else.
    public static Parameters ofForm(Request request, Limits limits) {
        if (request.isForm()) {
            return urlEncoded(request.body(), limits);
        }
        return request.isMultipart() ? Multipart.fields(request, limits) : NONE;
    }

    /// Those of a body that says of no kind what it is.
    public static Parameters ofUntypedForm(Request request, Limits limits) {
        return urlEncoded(request.body(), limits);
    }

    /// Decodes `name=value&…`: a plus is a space, escapes are bytes of UTF-8, a name may stand alone.
    static Parameters urlEncoded(byte[] bytes, Limits limits) {
        List<Pair> pairs = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int end = indexOf(bytes, '&', from, bytes.length);
            if (end > from) {
                if (pairs.size() == limits.parameters()) {
                    throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.parameters() + " parameters");
                }
                int equals = indexOf(bytes, '=', from, end);
                pairs.add(new Pair(decoded(bytes, from, equals), equals < end ? decoded(bytes, equals + 1, end) : ""));
            }
            from = end + 1;
        }
        return new Parameters(pairs);
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return end;
    }

    private static String decoded(byte[] bytes, int from, int end) {
        byte[] decoded = new byte[end - from];
        int length = 0;
        for (int i = from; i < end; i++) {
            byte b = bytes[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                int high = i + 2 < end ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < end ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new MalformedRequest(Fault.MALFORMED, "a broken percent escape");
                }
                b = (byte) (high << 4 | low);
                i += 2;
            }
            decoded[length++] = b;
        }
        return Texts.utf8(decoded, 0, length);
    }

    public boolean has(String name) {
        return !all(name).isEmpty();
    }

    /// The value given last, unless it is blank or missing.
    public Optional<String> last(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast()).filter(value -> !value.isBlank());
    }

    /// All values of a name, blank ones too.
    public List<String> all(String name) {
        List<String> all = new ArrayList<>();
        for (Pair pair : pairs) {
            if (pair.name.equals(name)) {
                all.add(pair.value);
            }
        }
        return all;
    }

    public List<Pair> pairs() {
        return pairs;
    }

    public int size() {
        return pairs.size();
    }
}
