package dev.licet.core.customer;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The customers of an account. They are of no product, so a caller with a lock has none. Safe for threads.
public final class ManageCustomers {
    /// In characters.
    public static final int MAX_SECRET = 100;

    private final Customers customers;
    private final SecretSource secrets;
    private final Clock clock;

    public ManageCustomers(Customers customers, SecretSource secrets, Clock clock) {
        this.customers = customers;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param secret by which the customer's programs name them; one is made when it is empty. It is not told again
    public Outcome<Issued<Customer>> add(Caller caller, Customer.Details details, Optional<Secret> secret) {
        Secret known = secret.orElseGet(secrets::apiKey);
        Optional<Refusal> refusal = lacks(caller, Permission.ADD_CUSTOMER)
                .or(() -> refusal(details))
                .or(() -> Names.tooLong("secret", known.value(), MAX_SECRET));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return customers
                .add(caller.account(), details, SecretHash.of(known), clock.instant())
                .map(customer -> Outcome.success(new Issued<>(customer, known)))
                .orElseGet(() -> Outcome.refused(new Refusal.AlreadyExists(Refusal.Kind.CUSTOMER, "secret")));
    }

    /// The customer with the same email, or the same name where no email is given; else, and where neither is, a new
    /// one.
    public Outcome<Customer> findOrAdd(Caller caller, Customer.Details details) {
        Optional<Refusal> refusal = lacks(caller, Permission.ADD_CUSTOMER);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        Optional<Customer> same = details.name().isEmpty() && details.email().isEmpty()
                ? Optional.empty()
                : customers.findSame(caller.account(), details.name(), details.email());
        return same.map(Outcome::success)
                .orElseGet(() -> add(caller, details, Optional.empty()).map(Issued::thing));
    }

    /// The customer, for who need not be allowed to look around among them.
    public Outcome<Customer> known(Caller caller, CustomerId id) {
        return customers
                .find(caller.account(), id)
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.CUSTOMER)));
    }

    /// Why there is no such customer, if there is none.
    public Optional<Refusal> unknown(Caller caller, CustomerId id) {
        return known(caller, id) instanceof Outcome.Refused<Customer>(Refusal refusal)
                ? Optional.of(refusal)
                : Optional.empty();
    }

    /// The customer whose programs have this secret.
    public Outcome<Customer> find(Caller caller, Secret secret) {
        return customers
                .find(caller.account(), SecretHash.of(secret))
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.CUSTOMER)));
    }

    public Outcome<Customer> find(Caller caller, CustomerId id) {
        return found(caller, Permission.GET_CUSTOMERS, () -> customers.find(caller.account(), id));
    }

    /// Oldest first. @param search what name, email or company name contains; empty for all
    public Outcome<List<Customer>> list(Caller caller, String search, long after, int most) {
        Optional<Refusal> refusal = lacks(caller, Permission.GET_CUSTOMERS);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(customers.list(caller.account(), search, after, most));
    }

    public Outcome<Customer> change(
            Caller caller, CustomerId id, Expected<Customer> expected, UnaryOperator<Customer.Details> change) {
        return found(
                        caller,
                        Permission.EDIT_CUSTOMER,
                        () -> customers.change(caller.account(), id, now -> {
                            Customer.Details next = change.apply(now.details());
                            return expected.refusal(now)
                                    .or(() -> refusal(next))
                                    .<Outcome<Customer.Details>>map(Outcome::refused)
                                    .orElseGet(() -> Outcome.success(next));
                        }))
                .then(outcome -> outcome);
    }

    /// Keys that the customer had stay, and are nobody's.
    public Outcome<Customer> remove(Caller caller, CustomerId id, Expected<Customer> expected) {
        return found(
                        caller,
                        Permission.REMOVE_CUSTOMER,
                        () -> customers.remove(
                                caller.account(),
                                id,
                                now -> expected.refusal(now)
                                        .<Outcome<Customer>>map(Outcome::refused)
                                        .orElseGet(() -> Outcome.success(now))))
                .then(outcome -> outcome);
    }

    private static <T> Outcome<T> found(Caller caller, Permission permission, Supplier<Optional<T>> find) {
        Optional<Refusal> refusal = lacks(caller, permission);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return find.get()
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.CUSTOMER)));
    }

    private static Optional<Refusal> lacks(Caller caller, Permission permission) {
        return caller.lacks(permission).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    private static Optional<Refusal> refusal(Customer.Details details) {
        return Names.tooLong("name", details.name(), Customer.Details.MAX_TEXT)
                .or(() -> Names.tooLong("email", details.email(), Customer.Details.MAX_TEXT))
                .or(() -> Names.tooLong("companyName", details.companyName(), Customer.Details.MAX_TEXT))
                .or(() -> Names.tooLong("notes", details.notes(), Customer.Details.MAX_NOTES));
    }
}
