package dev.licet.dialect;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of text as RFC 4180 has them, in UTF-8. A text that a spreadsheet would take for a formula gets an
/// apostrophe in front. For one thread.
public final class Csv {
    public static final String MEDIA_TYPE = "text/csv; charset=utf-8; header=present";

    private final StringBuilder lines = new StringBuilder();

    /// Adds a row. Numbers are as they are; what is null is empty.
    public Csv row(List<? extends @Nullable Object> cells) {
        String separator = "";
        for (Object cell : cells) {
            lines.append(separator).append(cell instanceof Number ? cell.toString() : cell == null ? "" : text(cell));
            separator = ",";
        }
        lines.append("\r\n");
        return this;
    }

    private static String text(Object cell) {
        String text = cell.toString();
        boolean looksLikeAFormula = !text.isEmpty() && "=+-@\t\r'".indexOf(text.charAt(0)) >= 0;
        String safe = looksLikeAFormula ? "'" + text : text;
        return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + safe.replace("\"", "\"\"") + '"'
                : safe;
    }

    public byte[] bytes() {
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
