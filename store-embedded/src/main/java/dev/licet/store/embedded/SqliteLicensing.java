package dev.licet.store.embedded;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
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
        public Optional<LicenseKey> add(AccountNumber account, ProductId product, String key, Instant at) {
            return database.write(sql ->
                    sql.first("""
                    INSERT INTO license_key (account, product, key, created_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING RETURNING *""", SqliteLicenseKeys::row, account.value(), product.value(), key, Micros.of(at)));
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
