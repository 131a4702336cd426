package dev.licet.core.license;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Optional;
import java.util.OptionalLong;
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

    /// Of an amount that is not negative.
    public static Price of(BigDecimal amount, String currency) {
        return new Price(amount.toPlainString(), currency);
    }

    /// In the smallest units of the currency, cents of a dollar; as many as hundredths where the currency is unknown.
    ///
    /// @return empty when it is not a whole number of them that a `long` can hold
    public OptionalLong minorUnits() {
        try {
            return OptionalLong.of(amount().movePointRight(digits(currency)).longValueExact());
        } catch (ArithmeticException notWhole) {
            return OptionalLong.empty();
        }
    }

    /// How many digits of a currency are behind the point; 2 where it is unknown.
    public static int digits(String currency) {
        try {
            return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
        } catch (IllegalArgumentException unknown) {
            return 2;
        }
    }

    public BigDecimal amount() {
        return new BigDecimal(written);
    }
}
