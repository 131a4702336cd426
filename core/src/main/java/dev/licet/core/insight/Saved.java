package dev.licet.core.insight;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.SavedId;
import java.time.Instant;

/// A question that an account keeps, or a board of several.
///
/// @param content JSON text: the question, or which ones are on the board
public record Saved(SavedId id, AccountNumber account, Type type, String name, String content, Instant createdAt) {
    /// In characters.
    public static final int MAX_CONTENT = 16_384;

    public enum Type {
        INSIGHT,
        DASHBOARD
    }

    Saved with(String otherName, String otherContent) {
        return new Saved(id, account, type, otherName, otherContent, createdAt);
    }
}
