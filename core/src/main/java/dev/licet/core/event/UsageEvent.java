package dev.licet.core.event;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// One thing that happened in a client program, as it was told to us.
///
/// @param source the dialect that it came by
/// @param clientId the client's own name for this event: the same one of the same account counts once
/// @param at when it happened by the client's clock, so possibly in our future
/// @param key the text of a license key
/// @param machine any id of a device or a person that the client chose
/// @param endUser any id of who used the program, as the client has it
/// @param session any id of a stretch of use, as the client has it
/// @param user the acting user of the account, where the dialect has one
/// @param value what it was worth, in the minor units of the currency unless the vendor says otherwise
/// @param currency as the client wrote it, such as `USD`
/// @param metadata JSON text, or whatever the client sent in its place
public record UsageEvent(
        AccountNumber account,
        String source,
        Optional<String> clientId,
        Instant at,
        Optional<String> name,
        Optional<String> feature,
        Optional<ProductId> product,
        Optional<String> key,
        Optional<String> machine,
        Optional<String> endUser,
        Optional<String> session,
        Optional<UserId> user,
        Optional<ApplicationId> application,
        OptionalLong value,
        Optional<String> currency,
        Optional<String> metadata) {

    /// Under which a client's name for an event is known. Accounts don't share them.
    public static Fingerprint fingerprint(AccountNumber account, String clientId) {
        return Fingerprint.of("event", Long.toString(account.value()), clientId);
    }

    /// Of the client's name for it, if it has one.
    public Optional<Fingerprint> fingerprint() {
        return clientId.map(id -> fingerprint(account, id));
    }
}
