package dev.licet.core.id;

import java.util.Optional;

/// Names one vendor's account: 15 random digits, the first of them not 0.
public record AccountNumber(long value) {
    public static final long FIRST = 100_000_000_000_000L;
    public static final long LAST = 999_999_999_999_999L;

    public AccountNumber {
        if (value < FIRST || value > LAST) {
            throw new IllegalArgumentException("an account number has 15 digits: " + value);
        }
    }

    /// The account number that a text spells, empty when it spells none.
    public static Optional<AccountNumber> parse(String text) {
        if (text.length() != 15 || !text.chars().allMatch(c -> c >= '0' && c <= '9') || text.charAt(0) == '0') {
            return Optional.empty();
        }
        return Optional.of(new AccountNumber(Long.parseLong(text)));
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
