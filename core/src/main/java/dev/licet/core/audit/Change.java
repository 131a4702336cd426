package dev.licet.core.audit;

import dev.licet.core.id.AccountNumber;
import java.time.Instant;
import java.util.Optional;

/// One thing that was changed, by whom, and how.
///
/// @param id rises by one from change to change, over all accounts
/// @param kind of the thing, such as `key` @param object its id, as the kind has it
/// @param before what it was, as a JSON object without secrets; empty when it was made @param after empty when it was
/// removed
/// @param hash of this and, through the hash of the change before, of all before it: SHA-256 in hexadecimal digits
public record Change(
        long id,
        Instant at,
        AccountNumber account,
        Acting.By by,
        String kind,
        String object,
        Optional<String> before,
        Optional<String> after,
        String hash) {}
