package dev.licet.core.license;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/// An amount of money, exact, in one currency.
///
/// @param written the amount as it was given, such as `1.90`: digits, with an optional fraction
/// @param currency by its ISO 4217 code
public record Price(String written, String currency) {
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,6})?");

    public Price {
        if (!AMOUNT.matcher(written).matches()) {
            throw new IllegalArgumentException("not an amount: " + written);
        }
    }

    /// The price that a text spells, empty when it spells none: at most 18 digits before the point and 6 after,
    /// no sign, no exponent.
    public static Optional<Price> parse(String text, String currency) {
        return AMOUNT.matcher(text).matches() ? Optional.of(new Price(text, currency)) : Optional.empty();
    }

    public BigDecimal amount() {
        return new BigDecimal(written);
    }
}
