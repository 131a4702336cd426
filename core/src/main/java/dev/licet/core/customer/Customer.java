package dev.licet.core.customer;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import java.time.Instant;

/// Somebody who has keys of an account. Texts that are not known are empty.
public record Customer(CustomerId id, AccountNumber account, Details details, Instant createdAt) {

    /// What is known of a customer. @param notes the vendor's own
    public record Details(String name, String email, String companyName, String notes) {
        /// In characters, of name, email and company name each.
        public static final int MAX_TEXT = 100;

        /// In characters.
        public static final int MAX_NOTES = 1_000;
    }
}
