package dev.licet.dialect;

import java.util.Map;

/// Texts of answers that an operator wants otherwise than they are, by their keys, such as `veoh.442`.
public record TextTable(Map<String, String> texts) {
    public static final TextTable EMPTY = new TextTable(Map.of());

    public TextTable {
        texts = Map.copyOf(texts);
    }

    public String text(String key, String otherwise) {
        return texts.getOrDefault(key, otherwise);
    }
}
