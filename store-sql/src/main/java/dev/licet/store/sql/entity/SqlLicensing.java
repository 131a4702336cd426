package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.Accounts;
import dev.licet.core.license.Activation;
import dev.licet.core.license.Course;
import dev.licet.core.license.DataOwner;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.MachineRules;
import dev.licet.core.license.Price;
import dev.licet.core.license.Product;
import dev.licet.core.license.Products;
import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of what is sold: products, keys, licenses.
final class SqlLicensing {
    private SqlLicensing() {}

    static final class SqlProducts implements Products {
        private final Database database;
        private final Remembered<ProductId, Product> remembered;

        SqlProducts(Database database) {
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
                            sql -> sql.first("SELECT * FROM product WHERE id = ?", SqlProducts::row, id.value())));
        }

        @Override
        public List<Product> list(AccountNumber account) {
            return database.read(sql ->
                    sql.all("SELECT * FROM product WHERE account = ? ORDER BY id", SqlProducts::row, account.value()));
        }

        @Override
        public boolean change(Product product) {
            return database.write(sql -> sql.update(
                            "UPDATE product SET name = ?, retention = ?, whole_values = ? WHERE id = ?",
                            product.name(),
                            product.retention().map(Duration::toDays).orElse(null),
                            product.valuesAreWhole(),
                            product.id().value())
                    == 1);
        }

        @Override
        public boolean revoke(ProductId id) {
            return database.write(sql -> sql.update("UPDATE product SET revoked = TRUE WHERE id = ?", id.value()) == 1);
        }

        /// How long the events of products are kept, where it is said.
        static Map<ProductId, Duration> retentions(Database database) {
            return database
                    .read(sql -> sql.all("SELECT * FROM product WHERE retention IS NOT NULL", SqlProducts::row))
                    .stream()
                    .collect(Collectors.toMap(
                            Product::id, product -> product.retention().orElseThrow()));
        }

        private static Product row(Row row) throws SQLException {
            long retention = row.getLong("retention");
            return new Product(
                    new ProductId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("name"),
                    retention == 0 ? Optional.empty() : Optional.of(Duration.ofDays(retention)),
                    row.getBoolean("whole_values"),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqlLicenseKeys implements LicenseKeys {
        private record Named(ProductId product, String key) {}

        private final Database database;
        private final Licenses licenses;
        private final Accounts accounts;
        private final Remembered<Named, LicenseKey> remembered;
        private final Remembered<KeyId, LicenseKey> rememberedById;
        private final Remembered<KeyId, KeyTerms> rememberedTerms;

        SqlLicenseKeys(Database database, Licenses licenses, Accounts accounts) {
            this.database = database;
            this.licenses = licenses;
            this.accounts = accounts;
            this.remembered = new Remembered<>(database);
            this.rememberedById = new Remembered<>(database);
            this.rememberedTerms = new Remembered<>(database, key -> key);
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
                      blocked, machines_extend, max_machines, allowed_machines, named_features, overdraft, churn_most,
                      churn_window, customer, license, begun_at, terms)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
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
                    terms.machines().most(),
                    KeyColumns.lines(terms.machines().allowed()),
                    KeyColumns.lines(terms.features().named()),
                    terms.machines().overdraft(),
                    KeyColumns.churnMost(terms.machines()),
                    KeyColumns.churnWindow(terms.machines()),
                    terms.customer().map(CustomerId::value).orElse(null),
                    terms.license().map(LicenseId::value).orElse(null),
                    Micros.of(terms.course().begun()),
                    terms.course().terms());
            return new LicenseKey(new KeyId(id), account, product, key, at);
        }

        @Override
        public Optional<LicenseKey> trial(
                AccountNumber account, ProductId product, String key, KeyTerms terms, Activation activation) {
            return database.write(sql -> {
                Optional<LicenseKey> had = sql.first("""
                        SELECT license_key.* FROM trial JOIN license_key ON license_key.id = trial.key
                        WHERE trial.product = ? AND trial.machine = ?""", SqlLicenseKeys::row, product.value(), activation.machine());
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
        public Optional<LicenseKey> find(KeyId id) {
            return rememberedById.find(
                    id,
                    () -> database.read(sql ->
                            sql.first("SELECT * FROM license_key WHERE id = ?", SqlLicenseKeys::row, id.value())));
        }

        @Override
        public List<LicenseKey> list(AccountNumber account, Query query, boolean newestFirst, long skipped, int most) {
            Where where = new Where(account, query);
            where.arguments.add(most);
            where.arguments.add(skipped);
            return database.read(sql -> sql.all(
                    "SELECT license_key.* FROM license_key WHERE " + where + " ORDER BY license_key.id "
                            + (newestFirst ? "DESC" : "ASC") + " LIMIT ? OFFSET ?",
                    SqlLicenseKeys::row,
                    where.arguments.toArray()));
        }

        @Override
        public long count(AccountNumber account, Query query) {
            Where where = new Where(account, query);
            return database.read(sql -> sql.first(
                            "SELECT count(*) FROM license_key WHERE " + where,
                            row -> row.getLong(1),
                            where.arguments.toArray())
                    .orElseThrow());
        }

        /// The condition of a query, and its arguments.
        private static final class Where {
            private final StringBuilder text = new StringBuilder("license_key.account = ? AND license_key.id > ?");
            private final List<Object> arguments;

            Where(AccountNumber account, Query query) {
                arguments = new ArrayList<>(List.of(account.value(), query.after()));
                if (query.product().isPresent()) {
                    text.append(" AND product = ?");
                    arguments.add(query.product().get().value());
                } else {
                    text.append(" AND product IN (SELECT id FROM product WHERE NOT revoked)");
                }
                query.customer().ifPresent(customer -> {
                    text.append(" AND customer = ?");
                    arguments.add(customer.value());
                });
                if (query.endsFrom().isPresent() || query.endsUntil().isPresent()) {
                    text.append(" AND NOT blocked AND period > 0 AND NOT (terms > 0 AND begun_at IS NULL)");
                }
                query.endsFrom().ifPresent(from -> {
                    text.append(" AND expires_at >= ?");
                    arguments.add(Micros.of(from));
                });
                query.endsUntil().ifPresent(until -> {
                    text.append(" AND expires_at < ?");
                    arguments.add(Micros.of(until));
                });
                if (!query.search().isEmpty()) {
                    text.append(" AND ").append("""
                            (lower(key) LIKE ? ESCAPE '\\' OR lower(notes) LIKE ? ESCAPE '\\' OR customer IN (
                              SELECT id FROM customer
                              WHERE lower(name) LIKE ? ESCAPE '\\' OR lower(email) LIKE ? ESCAPE '\\'
                                OR lower(company_name) LIKE ? ESCAPE '\\'))""");
                    for (int i = 0; i < 5; i++) {
                        arguments.add(Sql.containing(query.search()));
                    }
                }
            }

            @Override
            public String toString() {
                return text.toString();
            }
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
                            SqlLicenseKeys::row,
                            product.value(),
                            key)));
        }

        @Override
        public KeyUse use(KeyId key) {
            return database.read(sql -> {
                KeyTerms terms = terms(sql, key);
                return new KeyUse(
                        terms,
                        sql.all(
                                "SELECT * FROM activation WHERE key = ? ORDER BY activated_at, machine",
                                SqlLicenseKeys::activation,
                                key.value()),
                        SqlDataObjects.all(sql, new DataOwner.OfKey(key)),
                        terms.customer().isEmpty()
                                ? Optional.empty()
                                : SqlCustomers.find(sql, terms.customer().get()));
            });
        }

        @Override
        public KeyTerms terms(KeyId key) {
            return rememberedTerms
                    .find(key, () -> Optional.of(database.read(sql -> terms(sql, key))))
                    .orElseThrow();
        }

        @Override
        public <T> T change(KeyId key, String machine, KeyRule<T> rule) {
            return database.writeUnremembered(sql -> {
                KeyRule.State state = state(sql, key, machine);
                KeyRule.Change<T> change = rule.decide(state);
                if (!change.terms().equals(state.terms())) {
                    database.touch(key);
                    SqlPurchases.touch(database, sql, key);
                    set(sql, key, change.terms());
                }
                if (!change.activation().equals(state.activation())) {
                    set(sql, key, machine, change.activation());
                    if (state.activation().isPresent() && change.activation().isEmpty()) {
                        rememberPastMachine(sql, key, state.activation().get().at());
                    }
                }
                return change.answer();
            });
        }

        private KeyRule.State state(Sql sql, KeyId key, String machine) throws SQLException {
            return sql.first(
                            """
                            SELECT license_key.*, activation.*,
                              (SELECT count(*) FROM activation WHERE key = license_key.id) AS machines
                            FROM license_key
                              LEFT JOIN activation ON activation.key = license_key.id AND activation.machine = ?
                            WHERE license_key.id = ?""",
                            row -> {
                                KeyTerms terms = terms(row);
                                AccountNumber account = new AccountNumber(row.getLong("account"));
                                return new KeyRule.State(
                                        terms,
                                        row.getInt("machines"),
                                        row.getString("machine") == null
                                                ? Optional.empty()
                                                : Optional.of(activation(row)),
                                        then -> newMachines(sql, key, then),
                                        () -> sold(account, terms));
                            },
                            machine,
                            key.value())
                    .orElseThrow();
        }

        private Optional<KeyRule.Sold> sold(AccountNumber account, KeyTerms terms) {
            return terms.license()
                    .flatMap(id -> licenses.find(account, id))
                    .map(license -> new KeyRule.Sold(
                            license, accounts.find(account).orElseThrow().zone()));
        }

        /// For a rule, which knows nothing of SQL.
        private List<Instant> newMachines(Sql sql, KeyId key, Instant then) {
            try {
                return sql.all(
                        """
                        SELECT activated_at AS at FROM activation WHERE key = ? AND activated_at > ?
                        UNION ALL SELECT at FROM past_machine WHERE key = ? AND at > ?
                        ORDER BY at""",
                        row -> Micros.instant(row, "at"),
                        key.value(),
                        Micros.of(then),
                        key.value(),
                        Micros.of(then));
            } catch (SQLException e) {
                throw database.translated(e);
            }
        }

        /// Of machines that are activated their own rows tell.
        private static void rememberPastMachine(Sql sql, KeyId key, Instant at) throws SQLException {
            sql.update("INSERT INTO past_machine (key, at) VALUES (?, ?)", key.value(), Micros.of(at));
            sql.update(
                    "DELETE FROM past_machine WHERE key = ? AND at < ?",
                    key.value(),
                    Micros.of(at.minus(MachineRules.Churn.LONGEST)));
        }

        private static void set(Sql sql, KeyId key, KeyTerms terms) throws SQLException {
            sql.update(
                    """
                    UPDATE license_key SET expires_at = ?, period = ?, features = ?, notes = ?, blocked = ?,
                      machines_extend = ?, max_machines = ?, allowed_machines = ?, named_features = ?, overdraft = ?,
                      churn_most = ?, churn_window = ?, customer = ?, begun_at = ?, terms = ?
                    WHERE id = ?""",
                    Micros.of(terms.expiresAt()),
                    terms.period(),
                    terms.features().bits(),
                    terms.notes().orElse(null),
                    terms.blocked(),
                    terms.machinesExtend(),
                    terms.machines().most(),
                    KeyColumns.lines(terms.machines().allowed()),
                    KeyColumns.lines(terms.features().named()),
                    terms.machines().overdraft(),
                    KeyColumns.churnMost(terms.machines()),
                    KeyColumns.churnWindow(terms.machines()),
                    terms.customer().map(CustomerId::value).orElse(null),
                    Micros.of(terms.course().begun()),
                    terms.course().terms(),
                    key.value());
        }

        private static void set(Sql sql, KeyId key, String machine, Optional<Activation> activation)
                throws SQLException {
            if (activation.isEmpty()) {
                sql.update("DELETE FROM activation WHERE key = ? AND machine = ?", key.value(), machine);
                return;
            }
            sql.update(
                    """
                    INSERT INTO activation VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (key, machine) DO UPDATE SET friendly_name = excluded.friendly_name,
                      address = excluded.address, activated_at = excluded.activated_at""",
                    key.value(),
                    machine,
                    activation.get().friendlyName().orElse(null),
                    activation.get().address(),
                    Micros.of(activation.get().at()));
        }

        /// What a key and its terms, which are one row, make together.
        static <T> T with(Sql sql, KeyId key, BiFunction<LicenseKey, KeyTerms, T> maker) throws SQLException {
            return sql.first("SELECT * FROM license_key WHERE id = ?", row -> with(row, maker), key.value())
                    .orElseThrow();
        }

        static <T> T with(Row row, BiFunction<LicenseKey, KeyTerms, T> maker) throws SQLException {
            return maker.apply(row(row), terms(row));
        }

        static KeyTerms terms(Sql sql, KeyId key) throws SQLException {
            return sql.first("SELECT * FROM license_key WHERE id = ?", SqlLicenseKeys::terms, key.value())
                    .orElseThrow();
        }

        private static KeyTerms terms(Row row) throws SQLException {
            long customer = row.getLong("customer");
            long license = row.getLong("license");
            return new KeyTerms(
                    Micros.instant(row, "expires_at"),
                    row.getInt("period"),
                    KeyColumns.features(row),
                    Optional.ofNullable(row.getString("notes")),
                    row.getBoolean("blocked"),
                    row.getBoolean("machines_extend"),
                    KeyColumns.machines(row),
                    customer == 0 ? Optional.empty() : Optional.of(new CustomerId(customer)),
                    license == 0 ? Optional.empty() : Optional.of(new LicenseId(license)),
                    new Course(Micros.optional(row, "begun_at"), row.getInt("terms")));
        }

        private static Activation activation(Row row) throws SQLException {
            return new Activation(
                    row.getString("machine"),
                    Optional.ofNullable(row.getString("friendly_name")),
                    row.getString("address"),
                    Micros.instant(row, "activated_at"));
        }

        private static LicenseKey row(Row row) throws SQLException {
            return new LicenseKey(
                    new KeyId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    new ProductId(row.getLong("product")),
                    row.getString("key"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqlLicenses implements Licenses {
        private final Database database;
        /// A license never changes.
        private final Remembered<LicenseId, License> remembered;

        SqlLicenses(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public License add(AccountNumber account, NewLicense license, Optional<UserId> createdBy, Instant at) {
            TermRules rules = license.rules();
            long id = database.writeUnremembered(sql -> sql.insert(
                    """
                    INSERT INTO license (account, name, type, price, currency, term_count, term_unit,
                      created_by, created_at, begins, renews_from, grace_count, grace_unit, soon_count, soon_unit,
                      streams)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    account.value(),
                    license.name(),
                    license.type().name(),
                    license.price().written(),
                    license.price().currency(),
                    count(license.term()),
                    unit(license.term()),
                    createdBy.map(UserId::value).orElse(null),
                    Micros.of(at),
                    rules.begins().name(),
                    rules.renewsFrom().name(),
                    count(rules.grace()),
                    unit(rules.grace()),
                    count(rules.soon()),
                    unit(rules.soon()),
                    rules.streams()));
            return find(account, new LicenseId(id)).orElseThrow();
        }

        private static @Nullable Integer count(Optional<Term> term) {
            return term.map(Term::count).orElse(null);
        }

        private static @Nullable String unit(Optional<Term> term) {
            return term.map(found -> found.unit().name()).orElse(null);
        }

        @Override
        public Optional<License> find(AccountNumber account, LicenseId id) {
            return remembered
                    .find(
                            id,
                            () -> database.read(sql ->
                                    sql.first("SELECT * FROM license WHERE id = ?", SqlLicenses::row, id.value())))
                    .filter(license -> license.account().equals(account));
        }

        @Override
        public List<License> list(AccountNumber account) {
            return database.read(sql ->
                    sql.all("SELECT * FROM license WHERE account = ? ORDER BY id", SqlLicenses::row, account.value()));
        }

        @Override
        public List<License> list(AccountNumber account, long after, int most) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM license WHERE account = ? AND id > ? ORDER BY id LIMIT ?",
                    SqlLicenses::row,
                    account.value(),
                    after,
                    most));
        }

        private static Optional<Term> term(Row row, String name) throws SQLException {
            int count = row.getInt(name + "_count");
            return row.wasNull()
                    ? Optional.empty()
                    : Optional.of(new Term(count, Term.Unit.valueOf(row.getString(name + "_unit"))));
        }

        private static License row(Row row) throws SQLException {
            long createdBy = row.getLong("created_by");
            return new License(
                    new LicenseId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("name"),
                    LicenseType.valueOf(row.getString("type")),
                    new Price(row.getString("price"), row.getString("currency")),
                    term(row, "term"),
                    new TermRules(
                            TermRules.Begin.valueOf(row.getString("begins")),
                            TermRules.RenewFrom.valueOf(row.getString("renews_from")),
                            term(row, "grace"),
                            term(row, "soon"),
                            row.getInt("streams")),
                    createdBy == 0 ? Optional.empty() : Optional.of(new UserId(createdBy)),
                    Micros.instant(row, "created_at"));
        }
    }
}
