package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.PaymentId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.license.Price;
import dev.licet.core.sale.Buyer;
import dev.licet.core.sale.Payment;
import dev.licet.core.sale.Purchase;
import dev.licet.core.sale.Purchases;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The tables of purchases and payments.
final class SqlPurchases implements Purchases {
    /// How many that a check looks at: those that end last come first.
    private static final int MOST_BOUGHT = 50;

    private static final String BESIDE_KEY = "sale_";
    private static final String COLUMNS_BESIDE_KEY = Stream.of(
                    "id",
                    "account",
                    "license",
                    "product",
                    "title",
                    "customer",
                    "viewer",
                    "key",
                    "bought_at",
                    "cancelled_at",
                    "refunded_at")
            .map(column -> "purchase." + column + " AS " + BESIDE_KEY + column)
            .collect(Collectors.joining(", "));

    private final Database database;
    private final Remembered<Wanted, List<Bought>> remembered;
    private final Remembered<KeyId, Optional<Purchase>> rememberedByKey;

    /// Whose purchases change. Flat, as it is looked up with each check.
    ///
    /// @param customer 0 for a viewer @param viewer empty for a customer
    private record Theirs(long account, long customer, String viewer) {
        static Theirs of(AccountNumber account, Buyer buyer) {
            return new Theirs(
                    account.value(),
                    buyer.customer().map(CustomerId::value).orElse(0L),
                    buyer.viewer().orElse(""));
        }
    }

    /// @param title empty for the whole product
    private record Wanted(long account, long customer, String viewer, long product, String title) {
        Theirs theirs() {
            return new Theirs(account, customer, viewer);
        }
    }

    SqlPurchases(Database database) {
        this.database = database;
        this.remembered = new Remembered<>(database, Wanted::theirs);
        this.rememberedByKey = new Remembered<>(database, key -> key);
    }

    /// To be called by work that changes how long a key lasts.
    static void touch(Database database, Sql sql, KeyId key) throws SQLException {
        sql.first("SELECT * FROM purchase WHERE key = ?", SqlPurchases::row, key.value())
                .ifPresent(purchase -> database.touch(Theirs.of(purchase.account(), purchase.buyer())));
    }

    /// To be called by work for what it stores.
    private Purchase touched(Purchase purchase) {
        database.touch(Theirs.of(purchase.account(), purchase.buyer()));
        database.touch(purchase.key());
        return purchase;
    }

    @Override
    public Purchase add(AccountNumber account, NewPurchase purchase, KeyId key, Instant at) {
        return database.writeUnremembered(sql -> {
            long id = sql.insert(
                    """
                    INSERT INTO purchase (account, license, product, title, customer, viewer, key, bought_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    account.value(),
                    purchase.license().value(),
                    purchase.product().value(),
                    purchase.title().orElse(""),
                    purchase.buyer().customer().map(CustomerId::value).orElse(null),
                    purchase.buyer().viewer().orElse(null),
                    key.value(),
                    Micros.of(at));
            return touched(find(sql, new PurchaseId(id)));
        });
    }

    private static Purchase find(Sql sql, PurchaseId id) throws SQLException {
        return sql.first("SELECT * FROM purchase WHERE id = ?", SqlPurchases::row, id.value())
                .orElseThrow();
    }

    @Override
    public Optional<Purchase> find(AccountNumber account, PurchaseId id) {
        return database.read(sql -> sql.first(
                "SELECT * FROM purchase WHERE id = ? AND account = ?", SqlPurchases::row, id.value(), account.value()));
    }

    @Override
    public Optional<Purchase> find(KeyId key) {
        return rememberedByKey
                .find(
                        key,
                        () -> Optional.of(database.read(sql ->
                                sql.first("SELECT * FROM purchase WHERE key = ?", SqlPurchases::row, key.value()))))
                .orElseThrow();
    }

    @Override
    public List<Purchase> list(AccountNumber account, Query query, long after, int most) {
        StringBuilder where = new StringBuilder("account = ? AND id > ?");
        List<Object> arguments = new ArrayList<>(List.of(account.value(), after));
        query.customer().ifPresent(customer -> {
            where.append(" AND customer = ?");
            arguments.add(customer.value());
        });
        query.viewer().ifPresent(viewer -> {
            where.append(" AND viewer = ?");
            arguments.add(viewer);
        });
        query.product().ifPresent(product -> {
            where.append(" AND product = ?");
            arguments.add(product.value());
        });
        query.license().ifPresent(license -> {
            where.append(" AND license = ?");
            arguments.add(license.value());
        });
        arguments.add(most);
        return database.read(sql -> sql.all(
                "SELECT * FROM purchase WHERE " + where + " ORDER BY id LIMIT ?",
                SqlPurchases::row,
                arguments.toArray()));
    }

    @Override
    public List<Bought> bought(AccountNumber account, Buyer buyer, ProductId product, Optional<String> title) {
        Theirs theirs = Theirs.of(account, buyer);
        Wanted wanted = new Wanted(theirs.account, theirs.customer, theirs.viewer, product.value(), title.orElse(""));
        return remembered
                .find(wanted, () -> Optional.of(read(wanted)).filter(found -> !found.isEmpty()))
                .orElseGet(List::of);
    }

    private List<Bought> read(Wanted wanted) {
        boolean isCustomer = wanted.customer != 0;
        return database.read(sql -> sql.all(
                "SELECT license_key.*, " + COLUMNS_BESIDE_KEY
                        + " FROM purchase JOIN license_key ON license_key.id = purchase.key"
                        + " WHERE purchase.account = ? AND purchase." + (isCustomer ? "customer = ?" : "viewer = ?")
                        + " AND purchase.product = ? AND title IN ('', ?)"
                        + " ORDER BY refunded_at IS NOT NULL, period > 0, expires_at DESC, purchase.id LIMIT "
                        + MOST_BOUGHT,
                SqlPurchases::bought,
                wanted.account,
                isCustomer ? wanted.customer : wanted.viewer,
                wanted.product,
                wanted.title));
    }

    @Override
    public void put(Purchase purchase) {
        database.writeUnremembered(sql -> {
            touched(find(sql, purchase.id()));
            touched(purchase);
            return sql.update(
                    "UPDATE purchase SET customer = ?, viewer = ?, cancelled_at = ?, refunded_at = ? WHERE id = ?",
                    purchase.buyer().customer().map(CustomerId::value).orElse(null),
                    purchase.buyer().viewer().orElse(null),
                    Micros.of(purchase.cancelledAt()),
                    Micros.of(purchase.refundedAt()),
                    purchase.id().value());
        });
    }

    @Override
    public Payment pay(PurchaseId purchase, Payment.Kind kind, Price amount, Instant at) {
        return database.writeUnremembered(sql -> {
            long id = sql.insert(
                    "INSERT INTO payment (purchase, kind, amount, currency, paid_at) VALUES (?, ?, ?, ?, ?)",
                    purchase.value(),
                    kind.name(),
                    amount.written(),
                    amount.currency(),
                    Micros.of(at));
            return sql.first("SELECT * FROM payment WHERE id = ?", SqlPurchases::payment, id)
                    .orElseThrow();
        });
    }

    @Override
    public List<Payment> payments(PurchaseId purchase) {
        return database.read(sql -> sql.all(
                "SELECT * FROM payment WHERE purchase = ? ORDER BY id", SqlPurchases::payment, purchase.value()));
    }

    @Override
    public List<Untold> untold(int most) {
        return database.read(sql -> {
            List<Untold> untold = new ArrayList<>();
            for (Payment payment :
                    sql.all("SELECT * FROM payment WHERE NOT told ORDER BY id LIMIT ?", SqlPurchases::payment, most)) {
                Purchase purchase = sql.first(
                                "SELECT * FROM purchase WHERE id = ?",
                                SqlPurchases::row,
                                payment.purchase().value())
                        .orElseThrow();
                String key = sql.first(
                                "SELECT key FROM license_key WHERE id = ?",
                                row -> row.getString("key"),
                                purchase.key().value())
                        .orElseThrow();
                untold.add(new Untold(payment, purchase, key));
            }
            return untold;
        });
    }

    @Override
    public void told(PaymentId last) {
        database.writeUnremembered(
                sql -> sql.update("UPDATE payment SET told = TRUE WHERE NOT told AND id <= ?", last.value()));
    }

    private static Bought bought(Row row) throws SQLException {
        Purchase purchase = row(row.of(BESIDE_KEY));
        return SqlLicensing.SqlLicenseKeys.with(row, (key, terms) -> new Bought(purchase, key, terms));
    }

    private static Payment payment(Row row) throws SQLException {
        return new Payment(
                new PaymentId(row.getLong("id")),
                new PurchaseId(row.getLong("purchase")),
                Payment.Kind.valueOf(row.getString("kind")),
                new Price(row.getString("amount"), row.getString("currency")),
                Micros.instant(row, "paid_at"));
    }

    private static Purchase row(Row row) throws SQLException {
        long customer = row.getLong("customer");
        String title = row.getString("title");
        return new Purchase(
                new PurchaseId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                new LicenseId(row.getLong("license")),
                new ProductId(row.getLong("product")),
                title.isEmpty() ? Optional.empty() : Optional.of(title),
                new Buyer(
                        customer == 0 ? Optional.empty() : Optional.of(new CustomerId(customer)),
                        Optional.ofNullable(row.getString("viewer"))),
                new KeyId(row.getLong("key")),
                Micros.instant(row, "bought_at"),
                Micros.optional(row, "cancelled_at"),
                Micros.optional(row, "refunded_at"));
    }
}
