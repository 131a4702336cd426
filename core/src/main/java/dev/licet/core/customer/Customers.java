package dev.licet.core.customer;

import dev.licet.core.Outcome;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.identity.SecretHash;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The stored customers. What a changing method did is on disk when it returns. Safe for threads.
public interface Customers {

    /// @param secret by which their programs name them
    /// @return empty, and nothing added, when a customer of the account has that secret
    Optional<Customer> add(AccountNumber account, Customer.Details details, SecretHash secret, Instant at);

    Optional<Customer> find(AccountNumber account, CustomerId id);

    Optional<Customer> find(AccountNumber account, SecretHash secret);

    /// The oldest with this email, or with this name where the email is empty.
    Optional<Customer> findSame(AccountNumber account, String name, String email);

    /// Oldest first. @param search what name, email or company name contains, in any case; empty for all
    /// @param after only those with a higher id
    List<Customer> list(AccountNumber account, String search, long after, int most);

    /// Has a rule decide what is known of a customer next; nothing comes in between.
    ///
    /// @return the customer after that, or what the rule refused; empty when there is none
    Optional<Outcome<Customer>> change(
            AccountNumber account, CustomerId id, Function<Customer, Outcome<Customer.Details>> rule);

    /// Removes a customer, if a rule lets it; keys that they had are nobody's then.
    ///
    /// @return the customer, or what the rule refused; empty when there is none
    Optional<Outcome<Customer>> remove(
            AccountNumber account, CustomerId id, Function<Customer, Outcome<Customer>> rule);
}
