package dev.licet.core.license;

import java.util.Locale;
import java.util.Optional;

/// How the text of a new key looks.
public enum KeyForm {
    /// Four groups of five letters.
    LETTERS,
    /// Five groups of five letters and digits of Crockford's Base32, the last two of which check the others: whoever
    /// mistypes one, or swaps two that are side by side, is told so.
    CHECKED;

    /// Crockford's Base32: no I, L, O and U.
    public static final String SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// How many symbols of a checked key are free.
    public static final int FREE_SYMBOLS = 23;

    private static final int GROUP = 5;
    private static final int LENGTH = FREE_SYMBOLS + 2;

    /// The largest prime that two symbols can spell: a prime greater than 32 has a remainder that differs after any
    /// one changed symbol, and after any swap of two neighbours (as of ISO 7064).
    private static final int MODULUS = 1021;

    /// A key from [#FREE_SYMBOLS] free symbols.
    public static String checked(String free) {
        if (free.length() != FREE_SYMBOLS) {
            throw new IllegalArgumentException("a checked key has " + FREE_SYMBOLS + " free symbols");
        }
        int check = check(free);
        return grouped(free + SYMBOLS.charAt(check / 32) + SYMBOLS.charAt(check % 32));
    }

    /// Whether a text can only be meant as a checked key, right or mistyped.
    public static boolean isMeantAsChecked(String text) {
        return symbols(text).isPresent();
    }

    /// What all spellings of a checked key have in common; the text itself where it is none.
    public static String plain(String text) {
        return symbols(text).orElse(text);
    }

    /// The key that a text spells: in any case, with or without hyphens, O for 0, I and L for 1.
    ///
    /// @return empty when it is no checked key, or a mistyped one
    public static Optional<String> read(String text) {
        return symbols(text)
                .filter(symbols -> {
                    int check = SYMBOLS.indexOf(symbols.charAt(LENGTH - 2)) * 32
                            + SYMBOLS.indexOf(symbols.charAt(LENGTH - 1));
                    return check == check(symbols.substring(0, FREE_SYMBOLS));
                })
                .map(KeyForm::grouped);
    }

    private static Optional<String> symbols(String text) {
        String symbols = text.strip()
                .toUpperCase(Locale.ROOT)
                .replace("-", "")
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
        return symbols.length() == LENGTH && symbols.chars().allMatch(c -> SYMBOLS.indexOf(c) >= 0)
                ? Optional.of(symbols)
                : Optional.empty();
    }

    private static int check(String free) {
        int remainder = 0;
        for (int i = 0; i < free.length(); i++) {
            remainder = (remainder * 32 + SYMBOLS.indexOf(free.charAt(i))) % MODULUS;
        }
        return remainder * 32 * 32 % MODULUS;
    }

    private static String grouped(String symbols) {
        StringBuilder grouped = new StringBuilder(symbols.substring(0, GROUP));
        for (int i = GROUP; i < symbols.length(); i += GROUP) {
            grouped.append('-').append(symbols, i, i + GROUP);
        }
        return grouped.toString();
    }
}
