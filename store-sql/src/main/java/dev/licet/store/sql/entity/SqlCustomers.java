package dev.licet.store.sql.entity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.Customers;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.identity.SecretHash;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The table of customers.
final class SqlCustomers implements Customers {
    private final Database database;

    SqlCustomers(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Customer> add(AccountNumber account, Customer.Details details, SecretHash secret, Instant at) {
        return database.writeUnremembered(sql -> {
            if (find(sql, account, secret).isPresent()) {
                return Optional.empty();
            }
            long id = sql.insert(
                    """
                    INSERT INTO customer (account, name, email, company_name, notes, secret, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)""",
                    account.value(),
                    details.name(),
                    details.email(),
                    details.companyName(),
                    details.notes(),
                    secret.toBytes(),
                    Micros.of(at));
            return find(sql, account, new CustomerId(id));
        });
    }

    @Override
    public Optional<Customer> find(AccountNumber account, CustomerId id) {
        return database.read(sql -> find(sql, account, id));
    }

    private static Optional<Customer> find(Sql sql, AccountNumber account, CustomerId id) throws SQLException {
        return sql.first(
                "SELECT * FROM customer WHERE id = ? AND account = ?", SqlCustomers::row, id.value(), account.value());
    }

    /// Who has a key.
    static Optional<Customer> find(Sql sql, CustomerId id) throws SQLException {
        return sql.first("SELECT * FROM customer WHERE id = ?", SqlCustomers::row, id.value());
    }

    @Override
    public Optional<Customer> find(AccountNumber account, SecretHash secret) {
        return database.read(sql -> find(sql, account, secret));
    }

    private static Optional<Customer> find(Sql sql, AccountNumber account, SecretHash secret) throws SQLException {
        return sql.first(
                "SELECT * FROM customer WHERE account = ? AND secret = ?",
                SqlCustomers::row,
                account.value(),
                secret.toBytes());
    }

    @Override
    public Optional<Customer> findSame(AccountNumber account, String name, String email) {
        return database.read(sql -> email.isEmpty()
                ? sql.first(
                        "SELECT * FROM customer WHERE account = ? AND name = ? ORDER BY id LIMIT 1",
                        SqlCustomers::row,
                        account.value(),
                        name)
                : sql.first(
                        "SELECT * FROM customer WHERE account = ? AND email = ? ORDER BY id LIMIT 1",
                        SqlCustomers::row,
                        account.value(),
                        email));
    }

    @Override
    public List<Customer> list(AccountNumber account, String search, long after, int most) {
        String like = Sql.containing(search);
        return database.read(sql -> sql.all("""
                SELECT * FROM customer WHERE account = ? AND id > ?
                  AND (lower(name) LIKE ? ESCAPE '\\' OR lower(email) LIKE ? ESCAPE '\\'
                    OR lower(company_name) LIKE ? ESCAPE '\\')
                ORDER BY id LIMIT ?""", SqlCustomers::row, account.value(), after, like, like, like, most));
    }

    @Override
    public Optional<Outcome<Customer>> change(
            AccountNumber account, CustomerId id, Function<Customer, Outcome<Customer.Details>> rule) {
        return database.writeUnremembered(sql -> {
            Optional<Customer> found = find(sql, account, id);
            return found.isEmpty() ? Optional.empty() : Optional.of(change(sql, found.get(), rule));
        });
    }

    private static Outcome<Customer> change(Sql sql, Customer now, Function<Customer, Outcome<Customer.Details>> rule)
            throws SQLException {
        return switch (rule.apply(now)) {
            case Outcome.Refused<Customer.Details>(Refusal refusal) -> Outcome.refused(refusal);
            case Outcome.Success<Customer.Details>(Customer.Details next) -> {
                sql.update(
                        "UPDATE customer SET name = ?, email = ?, company_name = ?, notes = ? WHERE id = ?",
                        next.name(),
                        next.email(),
                        next.companyName(),
                        next.notes(),
                        now.id().value());
                yield Outcome.success(new Customer(now.id(), now.account(), next, now.createdAt()));
            }
        };
    }

    @Override
    public Optional<Outcome<Customer>> remove(
            AccountNumber account, CustomerId id, Function<Customer, Outcome<Customer>> rule) {
        return database.write(sql -> {
            Optional<Outcome<Customer>> decided = find(sql, account, id).map(rule);
            if (decided.isPresent() && decided.get() instanceof Outcome.Success<Customer>) {
                sql.update("UPDATE license_key SET customer = NULL WHERE customer = ?", id.value());
                sql.update("UPDATE purchase SET customer = NULL WHERE customer = ?", id.value());
                sql.update("DELETE FROM customer WHERE id = ?", id.value());
            }
            return decided;
        });
    }

    private static Customer row(Row row) throws SQLException {
        return new Customer(
                new CustomerId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                new Customer.Details(
                        row.getString("name"),
                        row.getString("email"),
                        row.getString("company_name"),
                        row.getString("notes")),
                Micros.instant(row, "created_at"));
    }
}
