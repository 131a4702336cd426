package dev.licet.core.identity;

import dev.licet.core.Refusal;
import java.util.Optional;

/// The rule for a name that somebody gives a thing.
public final class Names {
    public static final int MAX_CODE_POINTS = 256;

    private Names() {}

    /// Why the text can't be a name: it is blank, too long, or has control characters.
    public static Optional<Refusal> refusal(String field, String text) {
        if (text.isBlank()) {
            return Optional.of(new Refusal.InvalidField(field, "must not be blank"));
        }
        Optional<Refusal> tooLong = tooLong(field, text, MAX_CODE_POINTS);
        if (tooLong.isPresent()) {
            return tooLong;
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            return Optional.of(new Refusal.InvalidField(field, "must not have control characters"));
        }
        return Optional.empty();
    }

    /// Why a text is too long. @param most in characters
    public static Optional<Refusal> tooLong(String field, String text, int most) {
        return text.codePointCount(0, text.length()) > most
                ? Optional.of(new Refusal.InvalidField(field, "must have at most " + most + " characters"))
                : Optional.empty();
    }
}
