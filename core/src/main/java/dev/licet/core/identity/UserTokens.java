package dev.licet.core.identity;

import java.time.Instant;
import java.util.Optional;

/// The stored user tokens. What a changing method did is on disk when it returns. Safe for threads.
public interface UserTokens {

    void add(SecretHash secret, UserToken token);

    /// The token with this secret, expired or not, unless its user was revoked or got another password.
    Optional<UserToken> find(SecretHash secret);

    /// Forgets the tokens that expired before then.
    void forgetExpiredBefore(Instant then);
}
