package dev.licet.store.postgres;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Texts as PostgreSQL can have them: it knows no zero character. That is kept as one of those that no
/// script uses, and that one as a pair. Two texts that differ stay different, and what a text begins with or
/// contains, it still does.
final class Texts {
    private static final char ZERO = '\uF8FC';
    private static final char MARK = '\uF8FD';
    private static final char OF_ZERO = '\uF8FE';
    private static final char OF_MARK = '\uF8FF';

    private Texts() {}

    static String stored(String text) {
        if (text.indexOf(0) < 0 && text.indexOf(ZERO) < 0 && text.indexOf(MARK) < 0) {
            return text;
        }
        StringBuilder stored = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case 0 -> stored.append(ZERO);
                case ZERO -> stored.append(MARK).append(OF_ZERO);
                case MARK -> stored.append(MARK).append(OF_MARK);
                default -> stored.append(c);
            }
        }
        return stored.toString();
    }

    static String read(String stored) {
        if (stored.indexOf(ZERO) < 0 && stored.indexOf(MARK) < 0) {
            return stored;
        }
        StringBuilder text = new StringBuilder(stored.length());
        for (int i = 0; i < stored.length(); i++) {
            char c = stored.charAt(i);
            if (c == ZERO) {
                text.append('\0');
            } else if (c == MARK && i + 1 < stored.length()) {
                i++;
                text.append(stored.charAt(i) == OF_ZERO ? ZERO : MARK);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /// The bytes of the text that this SQL has, in UTF-8, as it was before it was stored.
    static String bytes(String sql) {
        String stored = "encode(convert_to(" + sql + ", 'UTF8'), 'hex')";
        // None of these begins within another letter.
        String hex = "replace(replace(replace(" + stored + ", '" + hex(ZERO) + "', '00'), '" + hex(MARK, OF_ZERO)
                + "', '" + hex(ZERO) + "'), '" + hex(MARK, OF_MARK) + "', '" + hex(MARK) + "')";
        return "CASE WHEN strpos(" + sql + ", chr(" + (int) ZERO + ")) > 0 OR strpos(" + sql + ", chr(" + (int) MARK
                + ")) > 0 THEN decode(" + hex + ", 'hex') ELSE convert_to(" + sql + ", 'UTF8') END";
    }

    private static String hex(char... letters) {
        return HexFormat.of().formatHex(new String(letters).getBytes(StandardCharsets.UTF_8));
    }
}
