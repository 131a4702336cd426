package dev.licet.core.identity;

import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.UserId;
import java.time.Instant;

/// Lets an application act for a user until it expires; good with the application that got it and no other.
public record UserToken(UserId user, ApplicationId application, Instant expiresAt) {
    public boolean isExpiredAt(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
