package dev.licet.store.sql.entity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.license.DataObject;
import dev.licet.core.license.DataObjects;
import dev.licet.core.license.DataOwner;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The table of data objects. The database's one writer runs all changes, one after the other.
final class SqlDataObjects implements DataObjects {
    private final Database database;

    SqlDataObjects(Database database) {
        this.database = database;
    }

    /// An owner as the table has it.
    private record Place(int kind, long owner, String machine) {
        static Place of(DataOwner owner) {
            return switch (owner) {
                case DataOwner.OfAccount(AccountNumber account) -> new Place(0, account.value(), "");
                case DataOwner.OfProduct(ProductId product) -> new Place(1, product.value(), "");
                case DataOwner.OfKey(KeyId key) -> new Place(2, key.value(), "");
                case DataOwner.OfMachine(KeyId key, String machine) -> new Place(3, key.value(), machine);
            };
        }

        DataOwner toOwner() {
            return switch (kind) {
                case 0 -> new DataOwner.OfAccount(new AccountNumber(owner));
                case 1 -> new DataOwner.OfProduct(new ProductId(owner));
                case 2 -> new DataOwner.OfKey(new KeyId(owner));
                case 3 -> new DataOwner.OfMachine(new KeyId(owner), machine);
                default -> throw new IllegalStateException("no owner is of kind " + kind);
            };
        }
    }

    @Override
    public Outcome<DataObject> add(
            AccountNumber account,
            DataOwner owner,
            Content content,
            Function<List<DataObject>, Outcome<Content>> rule) {
        return database.writeUnremembered(sql -> switch (rule.apply(all(sql, owner))) {
            case Outcome.Refused<Content>(Refusal refusal) -> Outcome.refused(refusal);
            case Outcome.Success<Content>(Content allowed) -> {
                Place place = Place.of(owner);
                long id = sql.insert(
                        """
                                INSERT INTO data_object (account, kind, owner, machine, name, text, number)
                                VALUES (?, ?, ?, ?, ?, ?, ?)""",
                        account.value(),
                        place.kind(),
                        place.owner(),
                        place.machine(),
                        allowed.name(),
                        allowed.text(),
                        allowed.number());
                yield Outcome.success(
                        new DataObject(new DataObjectId(id), owner, allowed.name(), allowed.text(), allowed.number()));
            }
        });
    }

    @Override
    public Optional<DataObject> find(AccountNumber account, DataObjectId id) {
        return database.read(sql -> find(sql, account, id));
    }

    private static Optional<DataObject> find(Sql sql, AccountNumber account, DataObjectId id) throws SQLException {
        return sql.first(
                "SELECT * FROM data_object WHERE id = ? AND account = ?",
                SqlDataObjects::row,
                id.value(),
                account.value());
    }

    @Override
    public List<DataObject> list(AccountNumber account, DataOwner owner) {
        return database.read(sql -> all(sql, owner));
    }

    /// All of one owner, oldest first.
    static List<DataObject> all(Sql sql, DataOwner owner) throws SQLException {
        Place place = Place.of(owner);
        return sql.all(
                "SELECT * FROM data_object WHERE kind = ? AND owner = ? AND machine = ? ORDER BY id",
                SqlDataObjects::row,
                place.kind(),
                place.owner(),
                place.machine());
    }

    @Override
    public List<DataObject> list(AccountNumber account, String contained, long after, int most) {
        return database.read(
                sql -> sql.all("""
                SELECT * FROM data_object WHERE account = ? AND id > ? AND lower(name) LIKE ? ESCAPE '\\'
                ORDER BY id LIMIT ?""", SqlDataObjects::row, account.value(), after, Sql.containing(contained), most));
    }

    @Override
    public Optional<Outcome<DataObject>> change(
            AccountNumber account, DataObjectId id, Function<DataObject, Outcome<Optional<Content>>> rule) {
        return database.writeUnremembered(sql -> {
            Optional<DataObject> found = find(sql, account, id);
            return found.isEmpty() ? Optional.empty() : Optional.of(change(sql, found.get(), rule));
        });
    }

    private static Outcome<DataObject> change(
            Sql sql, DataObject now, Function<DataObject, Outcome<Optional<Content>>> rule) throws SQLException {
        return switch (rule.apply(now)) {
            case Outcome.Refused<Optional<Content>>(Refusal refusal) -> Outcome.refused(refusal);
            case Outcome.Success<Optional<Content>>(Optional<Content> next) -> {
                if (next.isEmpty()) {
                    sql.update("DELETE FROM data_object WHERE id = ?", now.id().value());
                    yield Outcome.success(now);
                }
                Content content = next.get();
                sql.update(
                        "UPDATE data_object SET name = ?, text = ?, number = ? WHERE id = ?",
                        content.name(),
                        content.text(),
                        content.number(),
                        now.id().value());
                yield Outcome.success(
                        new DataObject(now.id(), now.owner(), content.name(), content.text(), content.number()));
            }
        };
    }

    private static DataObject row(Row row) throws SQLException {
        return new DataObject(
                new DataObjectId(row.getLong("id")),
                new Place(row.getInt("kind"), row.getLong("owner"), row.getString("machine")).toOwner(),
                row.getString("name"),
                row.getString("text"),
                row.getInt("number"));
    }
}
