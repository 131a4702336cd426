package dev.licet.core.session;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Instant;

/// Somebody who is there as long as they ping.
///
/// @param expiresAt when it ends unless it is pinged before; at that instant it has ended
public record Session(AccountNumber account, UserId user, Instant startedAt, Instant expiresAt) {}
