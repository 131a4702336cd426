package dev.licet.core;

import java.time.Duration;

/// Every reason for which a use case says no. Each dialect turns all of them into its own words in one
/// exhaustive switch, so a reason that is added here is a compile error there.
public sealed interface Refusal {

    /// No application has this apiKey, or it was revoked.
    record UnknownApiKey() implements Refusal {}

    /// The application has used up the calls of its window. @param retryAfter until the window ends
    record QuotaExceeded(Duration retryAfter) implements Refusal {}

    /// The application called again before its gap had passed. @param retryAfter what is left of the gap
    record GapNotElapsed(Duration retryAfter) implements Refusal {}

    /// A password came over a connection that anybody could read.
    record TlsRequired() implements Refusal {}

    record UnknownUserToken() implements Refusal {}

    record ExpiredUserToken() implements Refusal {}

    /// Account, username or password are wrong; which one is not told. Also said for a minute to an account
    /// and address pair that failed too often, whatever the password.
    record WrongCredentials() implements Refusal {}

    record UnknownAccessToken() implements Refusal {}

    /// The application does not belong to a partner.
    record NotAPartner() implements Refusal {}

    /// The caller is known and may not do this. @param missing the permission or lock that stands against it
    record NotPermitted(String missing) implements Refusal {}

    /// There is no such thing in the caller's account, whether or not another account has it.
    record NotFound(Kind kind) implements Refusal {}

    /// A name is taken.
    record AlreadyExists(Kind kind, String name) implements Refusal {}

    /// A value breaks a rule of the domain. @param field as the domain names it
    record InvalidField(String field, String rule) implements Refusal {}

    record UnknownSession() implements Refusal {}

    record ExpiredSession() implements Refusal {}

    /// The key of a request was used before, for a request that asked for something else.
    record RequestKeyReused() implements Refusal {}

    /// No such key can have been issued: its last symbols do not check the others.
    record KeyMistyped() implements Refusal {}

    /// The key is blocked.
    record KeyBlocked() implements Refusal {}

    /// The key has come to its end.
    record KeyExpired() implements Refusal {}

    /// The key runs on as many machines as it may. @param limit how many that are
    record MachineLimitReached(int limit) implements Refusal {}

    /// The key is for other machines.
    record MachineNotAllowed() implements Refusal {}

    /// The key does not run on that machine.
    record NotActivated() implements Refusal {}

    /// So many machines were new to the key of late that no other may be. @param retryAfter when one more may be
    record TooManyNewMachines(int limit, Duration retryAfter) implements Refusal {}

    /// A number would leave its bounds, and stays what it is. @param least and most, both inside
    record NumberOutOfBounds(int now, int least, int most) implements Refusal {}

    /// There are as many as there may be. @param limit how many that are
    record TooMany(Kind kind, int limit) implements Refusal {}

    /// What was bought was cancelled or refunded, and nothing more comes of it. @param how it ended
    record PurchaseEnded(String how) implements Refusal {}

    /// The thing is not any more what the caller saw of it.
    record ChangedMeanwhile() implements Refusal {}

    /// All seats of the key are held.
    ///
    /// @param limit how many it has @param position in the queue, 1 for the next one; 0 for not in it
    /// @param retryAfter when to ask again
    record SeatsTaken(int limit, int position, Duration retryAfter) implements Refusal {}

    enum Kind {
        ACCOUNT,
        USER,
        APPLICATION,
        ACCESS_TOKEN,
        PRODUCT,
        LICENSE,
        LICENSE_KEY,
        ACTIVATION,
        DATA_OBJECT,
        CUSTOMER,
        MESSAGE,
        TEMPLATE,
        PURCHASE,
        INSIGHT,
        DASHBOARD,
        SEAT,
        ERASURE
    }
}
