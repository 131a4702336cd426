package dev.licet.store.embedded;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.license.Activation;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.Price;
import dev.licet.core.license.Product;
import dev.licet.core.license.Products;
import dev.licet.core.license.Term;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tables of what is sold: products, keys, licenses.
final class SqliteLicensing {
    private SqliteLicensing() {}

    static final class SqliteProducts implements Products {
        private final Database database;
        private final Remembered<ProductId, Product> remembered;

        SqliteProducts(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public Product add(AccountNumber account, String name, Instant at) {
            long id = database.write(sql -> sql.insert(
                    "INSERT INTO product (account, name, created_at) VALUES (?, ?, ?)",
                    account.value(),
                    name,
                    Micros.of(at)));
            return find(new ProductId(id)).orElseThrow();
        }

        @Override
        public Optional<Product> find(AccountNumber account, ProductId id) {
            return find(id).filter(product -> product.account().equals(account) && !product.revoked());
        }

        @Override
        public Optional<Product> find(ProductId id) {
            return remembered.find(
                    id,
                    () -> database.read(
                            sql -> sql.first("SELECT * FROM product WHERE id = ?", SqliteProducts::row, id.value())));
        }

        @Override
        public List<Product> list(AccountNumber account) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM product WHERE account = ? ORDER BY id", SqliteProducts::row, account.value()));
        }

        @Override
        public boolean rename(ProductId id, String name) {
            return database.write(sql -> sql.update("UPDATE product SET name = ? WHERE id = ?", name, id.value()) == 1);
        }

        @Override
        public boolean revoke(ProductId id) {
            return database.write(sql -> sql.update("UPDATE product SET revoked = 1 WHERE id = ?", id.value()) == 1);
        }

        private static Product row(ResultSet row) throws SQLException {
            return new Product(
                    new ProductId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("name"),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqliteLicenseKeys implements LicenseKeys {
        private record Named(ProductId product, String key) {}

        private final Database database;
        private final Remembered<Named, LicenseKey> remembered;

        SqliteLicenseKeys(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public Optional<List<LicenseKey>> add(
                AccountNumber account, ProductId product, List<String> keys, KeyTerms terms, Instant at) {
            return database.write(sql -> {
                if (isAnyTaken(sql, product, keys)) {
                    return Optional.empty();
                }
                List<LicenseKey> added = new ArrayList<>(keys.size());
                for (String key : keys) {
                    added.add(insert(sql, account, product, key, terms, at));
                }
                return Optional.of(added);
            });
        }

        private static LicenseKey insert(
                Sql sql, AccountNumber account, ProductId product, String key, KeyTerms terms, Instant at)
                throws SQLException {
            long id = sql.insert(
                    """
                    INSERT INTO license_key (account, product, key, created_at, expires_at, period, features, notes,
                      blocked, machines_extend, max_machines, allowed_machines)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    account.value(),
                    product.value(),
                    key,
                    Micros.of(at),
                    Micros.of(terms.expiresAt()),
                    terms.period(),
                    terms.features().bits(),
                    terms.notes().orElse(null),
                    terms.blocked(),
                    terms.machinesExtend(),
                    terms.maxMachines(),
                    String.join("\n", terms.allowedMachines()));
            return new LicenseKey(new KeyId(id), account, product, key, at);
        }

        @Override
        public Optional<LicenseKey> trial(
                AccountNumber account, ProductId product, String key, KeyTerms terms, Activation activation) {
            return database.write(sql -> {
                Optional<LicenseKey> had =
                        sql.first("""
                        SELECT license_key.* FROM trial JOIN license_key ON license_key.id = trial.key
                        WHERE trial.product = ? AND trial.machine = ?""", SqliteLicenseKeys::row, product.value(), activation.machine());
                if (had.isPresent() || isAnyTaken(sql, product, List.of(key))) {
                    return had;
                }
                LicenseKey added = insert(sql, account, product, key, terms, activation.at());
                set(sql, added.id(), activation.machine(), Optional.of(activation));
                sql.update(
                        "INSERT INTO trial VALUES (?, ?, ?)",
                        product.value(),
                        activation.machine(),
                        added.id().value());
                return Optional.of(added);
            });
        }

        @Override
        public List<LicenseKey> list(ProductId product, boolean newestFirst, long skipped, int most) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM license_key WHERE product = ? ORDER BY id " + (newestFirst ? "DESC" : "ASC")
                            + " LIMIT ? OFFSET ?",
                    SqliteLicenseKeys::row,
                    product.value(),
                    most,
                    skipped));
        }

        @Override
        public long count(ProductId product) {
            return database.read(sql -> sql.first(
                            "SELECT count(*) FROM license_key WHERE product = ?",
                            row -> row.getLong(1),
                            product.value())
                    .orElseThrow());
        }

        private static boolean isAnyTaken(Sql sql, ProductId product, List<String> keys) throws SQLException {
            for (String key : keys) {
                if (sql.first(
                                "SELECT 1 FROM license_key WHERE product = ? AND key = ?",
                                row -> true,
                                product.value(),
                                key)
                        .isPresent()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Optional<LicenseKey> find(ProductId product, String key) {
            return remembered.find(
                    new Named(product, key),
                    () -> database.read(sql -> sql.first(
                            "SELECT * FROM license_key WHERE product = ? AND key = ?",
                            SqliteLicenseKeys::row,
                            product.value(),
                            key)));
        }

        @Override
        public KeyUse use(KeyId key) {
            return database.read(sql -> new KeyUse(
                    terms(sql, key),
                    sql.all(
                            "SELECT * FROM activation WHERE key = ? ORDER BY activated_at, machine",
                            SqliteLicenseKeys::activation,
                            key.value())));
        }

        @Override
        public <T> T change(KeyId key, String machine, KeyRule<T> rule) {
            return database.writeUnremembered(sql -> {
                KeyRule.State state = state(sql, key, machine);
                KeyRule.Change<T> change = rule.decide(state);
                if (!change.terms().equals(state.terms())) {
                    set(sql, key, change.terms());
                }
                if (!change.activation().equals(state.activation())) {
                    set(sql, key, machine, change.activation());
                }
                return change.answer();
            });
        }

        private static KeyRule.State state(Sql sql, KeyId key, String machine) throws SQLException {
            int machines = sql.first("SELECT count(*) FROM activation WHERE key = ?", row -> row.getInt(1), key.value())
                    .orElseThrow();
            Optional<Activation> activation = sql.first(
                    "SELECT * FROM activation WHERE key = ? AND machine = ?",
                    SqliteLicenseKeys::activation,
                    key.value(),
                    machine);
            return new KeyRule.State(terms(sql, key), machines, activation);
        }

        private static void set(Sql sql, KeyId key, KeyTerms terms) throws SQLException {
            sql.update(
                    """
                    UPDATE license_key SET expires_at = ?, period = ?, features = ?, notes = ?, blocked = ?,
                      machines_extend = ?, max_machines = ?, allowed_machines = ?
                    WHERE id = ?""",
                    Micros.of(terms.expiresAt()),
                    terms.period(),
                    terms.features().bits(),
                    terms.notes().orElse(null),
                    terms.blocked(),
                    terms.machinesExtend(),
                    terms.maxMachines(),
                    String.join("\n", terms.allowedMachines()),
                    key.value());
        }

        private static void set(Sql sql, KeyId key, String machine, Optional<Activation> activation)
                throws SQLException {
            if (activation.isEmpty()) {
                sql.update("DELETE FROM activation WHERE key = ? AND machine = ?", key.value(), machine);
                return;
            }
            sql.update(
                    "INSERT OR REPLACE INTO activation VALUES (?, ?, ?, ?, ?)",
                    key.value(),
                    machine,
                    activation.get().friendlyName().orElse(null),
                    activation.get().address(),
                    Micros.of(activation.get().at()));
        }

        static LicenseKey key(Sql sql, KeyId key) throws SQLException {
            return sql.first("SELECT * FROM license_key WHERE id = ?", SqliteLicenseKeys::row, key.value())
                    .orElseThrow();
        }

        static KeyTerms terms(Sql sql, KeyId key) throws SQLException {
            return sql.first("SELECT * FROM license_key WHERE id = ?", SqliteLicenseKeys::terms, key.value())
                    .orElseThrow();
        }

        private static KeyTerms terms(ResultSet row) throws SQLException {
            return new KeyTerms(
                    Micros.instant(row, "expires_at"),
                    row.getInt("period"),
                    new Features(row.getInt("features")),
                    Optional.ofNullable(row.getString("notes")),
                    row.getBoolean("blocked"),
                    row.getBoolean("machines_extend"),
                    row.getInt("max_machines"),
                    row.getString("allowed_machines").lines().toList());
        }

        private static Activation activation(ResultSet row) throws SQLException {
            return new Activation(
                    row.getString("machine"),
                    Optional.ofNullable(row.getString("friendly_name")),
                    row.getString("address"),
                    Micros.instant(row, "activated_at"));
        }

        private static LicenseKey row(ResultSet row) throws SQLException {
            return new LicenseKey(
                    new KeyId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    new ProductId(row.getLong("product")),
                    row.getString("key"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqliteLicenses implements Licenses {
        private final Database database;

        SqliteLicenses(Database database) {
            this.database = database;
        }

        @Override
        public License add(AccountNumber account, NewLicense license, Optional<UserId> createdBy, Instant at) {
            @Nullable Integer count = license.term().map(Term::count).orElse(null);
            @Nullable
            String unit = license.term().map(term -> term.unit().name()).orElse(null);
            long id = database.writeUnremembered(sql -> sql.insert(
                    """
                    INSERT INTO license (account, name, type, price, currency, term_count, term_unit,
                      created_by, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    account.value(),
                    license.name(),
                    license.type().name(),
                    license.price().written(),
                    license.price().currency(),
                    count,
                    unit,
                    createdBy.map(UserId::value).orElse(null),
                    Micros.of(at)));
            return find(account, new LicenseId(id)).orElseThrow();
        }

        @Override
        public Optional<License> find(AccountNumber account, LicenseId id) {
            return database.read(sql -> sql.first(
                    "SELECT * FROM license WHERE account = ? AND id = ?",
                    SqliteLicenses::row,
                    account.value(),
                    id.value()));
        }

        @Override
        public List<License> list(AccountNumber account) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM license WHERE account = ? ORDER BY id", SqliteLicenses::row, account.value()));
        }

        private static License row(ResultSet row) throws SQLException {
            int count = row.getInt("term_count");
            Optional<Term> term = row.wasNull()
                    ? Optional.empty()
                    : Optional.of(new Term(count, Term.Unit.valueOf(row.getString("term_unit"))));
            long createdBy = row.getLong("created_by");
            return new License(
                    new LicenseId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("name"),
                    LicenseType.valueOf(row.getString("type")),
                    new Price(row.getString("price"), row.getString("currency")),
                    term,
                    createdBy == 0 ? Optional.empty() : Optional.of(new UserId(createdBy)),
                    Micros.instant(row, "created_at"));
        }
    }
}
