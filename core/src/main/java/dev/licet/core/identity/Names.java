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
        if (text.codePointCount(0, text.length()) > MAX_CODE_POINTS) {
            return Optional.of(new Refusal.InvalidField(field, "must have at most " + MAX_CODE_POINTS + " characters"));
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            return Optional.of(new Refusal.InvalidField(field, "must not have control characters"));
        }
        return Optional.empty();
    }
}
