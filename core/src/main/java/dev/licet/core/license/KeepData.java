package dev.licet.core.license;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// Data objects: what vendors, and their programs, keep at an account, a product, a key or a machine. Numbers are
/// counted in one transaction, so that none of many at once is lost, and none leaves its bounds. Safe for threads.
public final class KeepData {
    private final DataObjects objects;
    private final NamedKey namedKey;
    private final int mostOfOwner;

    /// @param mostOfOwner how many objects may be kept at one owner
    public KeepData(DataObjects objects, Products products, LicenseKeys keys, int mostOfOwner) {
        this.objects = objects;
        this.namedKey = new NamedKey(products, keys);
        this.mostOfOwner = mostOfOwner;
    }

    /// How a caller names an owner: by nothing for the account, by a product, a key of it, a machine of that.
    public record Place(Optional<ProductId> product, Optional<String> key, Optional<String> machine) {
        public static final Place ACCOUNT = new Place(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Whose objects these are, if the caller may have to do with them.
    public Outcome<DataOwner> owner(Caller caller, Place place) {
        if (place.key().isPresent()) {
            return namedKey.key(caller, place.product(), place.key().get())
                    .map(key -> place.machine()
                            .<DataOwner>map(machine -> new DataOwner.OfMachine(key.id(), machine))
                            .orElseGet(() -> new DataOwner.OfKey(key.id())));
        }
        if (place.machine().isPresent()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY));
        }
        if (place.product().isPresent()) {
            return namedKey.product(caller, place.product()).map(product -> new DataOwner.OfProduct(product.id()));
        }
        return caller.isLockedOutOf(Optional.empty(), Optional.empty())
                .<Outcome<DataOwner>>map(Outcome::refused)
                .orElseGet(() -> Outcome.success(new DataOwner.OfAccount(caller.account())));
    }

    /// The owner that is a key with this id.
    public Outcome<DataOwner> owner(Caller caller, KeyId key) {
        return namedKey.key(caller, key).map(found -> new DataOwner.OfKey(found.id()));
    }

    /// Keeps a new object. @param unique whether it is refused when the owner has one of that name
    public Outcome<DataObject> add(
            Caller caller, Outcome<DataOwner> owner, DataObjects.Content content, boolean unique) {
        return permitted(caller, Permission.ADD_DATA_OBJECT, owner)
                .then(found -> objects.add(caller.account(), found, content, there -> {
                    if (unique
                            && there.stream().anyMatch(object -> object.name().equals(content.name()))) {
                        return Outcome.refused(new Refusal.AlreadyExists(Refusal.Kind.DATA_OBJECT, content.name()));
                    }
                    return there.size() >= mostOfOwner
                            ? Outcome.refused(new Refusal.TooMany(Refusal.Kind.DATA_OBJECT, mostOfOwner))
                            : checked(content);
                }));
    }

    /// The objects of one owner whose names contain that text, in any case; oldest first.
    public Outcome<List<DataObject>> list(Caller caller, Outcome<DataOwner> owner, String contained) {
        String wanted = contained.toLowerCase(Locale.ROOT);
        return permitted(caller, Permission.LIST_DATA_OBJECTS, owner)
                .map(found -> objects.list(caller.account(), found).stream()
                        .filter(object -> object.name().toLowerCase(Locale.ROOT).contains(wanted))
                        .toList());
    }

    /// The objects of all owners whose names contain that text; ASCII letters have no case.
    ///
    /// @param after only those with a higher id
    public Outcome<List<DataObject>> listAll(Caller caller, String contained, long after, int most) {
        return permitted(caller, Permission.LIST_DATA_OBJECTS, owner(caller, Place.ACCOUNT))
                .map(account -> objects.list(caller.account(), contained, after, most));
    }

    public Outcome<DataObject> find(Caller caller, DataObjectId id) {
        Optional<Refusal> lacking = caller.lacks(Permission.LIST_DATA_OBJECTS);
        return lacking.isPresent() ? Outcome.refused(lacking.get()) : reached(caller, id);
    }

    /// An object by its id alone. One whose owner is outside the caller's locks is not there.
    public Outcome<DataObject> reached(Caller caller, DataObjectId id) {
        return objects.find(caller.account(), id)
                .filter(object -> ownerOf(caller, object.owner()) instanceof Outcome.Success<DataOwner>)
                .map(Outcome::success)
                .orElseGet(KeepData::unknown);
    }

    /// An object of this owner: by its id, or the oldest with this name.
    public Outcome<DataObject> named(
            Caller caller, Outcome<DataOwner> owner, Optional<DataObjectId> id, Optional<String> name) {
        return owner.then(found -> objects.list(caller.account(), found).stream()
                .filter(object -> id.map(object.id()::equals)
                        .orElseGet(() -> name.filter(object.name()::equals).isPresent()))
                .findFirst()
                .map(Outcome::success)
                .orElseGet(KeepData::unknown));
    }

    private Outcome<DataOwner> ownerOf(Caller caller, DataOwner owner) {
        return switch (owner) {
            case DataOwner.OfAccount(AccountNumber account) -> owner(caller, Place.ACCOUNT);
            case DataOwner.OfProduct(ProductId product) ->
                owner(caller, new Place(Optional.of(product), Optional.empty(), Optional.empty()));
            case DataOwner.OfKey(KeyId key) -> owner(caller, key);
            case DataOwner.OfMachine(KeyId key, String machine) -> owner(caller, key);
        };
    }

    public Outcome<DataObject> setNumber(Caller caller, Outcome<DataObject> object, int number) {
        return change(caller, Permission.SET_INT_VALUE, object, now -> checked(with(now, now.text(), number)));
    }

    public Outcome<DataObject> setText(Caller caller, Outcome<DataObject> object, String text) {
        return change(caller, Permission.SET_STRING_VALUE, object, now -> checked(with(now, text, now.number())));
    }

    /// Sets what is given. @param number needs the permission for that, and so does the text
    public Outcome<DataObject> set(
            Caller caller,
            Outcome<DataObject> object,
            Expected<DataObject> expected,
            Optional<String> text,
            Optional<Integer> number) {
        Optional<Refusal> lacking = text.flatMap(any -> caller.lacks(Permission.SET_STRING_VALUE))
                .or(() -> number.flatMap(any -> caller.lacks(Permission.SET_INT_VALUE)));
        Permission wanted = text.isPresent() ? Permission.SET_STRING_VALUE : Permission.SET_INT_VALUE;
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : change(
                        caller,
                        wanted,
                        object,
                        now -> expected.refusal(now)
                                .<Outcome<DataObjects.Content>>map(Outcome::refused)
                                .orElseGet(() ->
                                        checked(with(now, text.orElse(now.text()), number.orElse(now.number())))));
    }

    /// Adds to the number, or takes from it, if the sum is inside the bounds.
    ///
    /// @param by negative to take @param least and most, both inside
    public Outcome<DataObject> count(Caller caller, Outcome<DataObject> object, long by, int least, int most) {
        Permission permission = by < 0 ? Permission.DECREMENT_INT_VALUE : Permission.INCREMENT_INT_VALUE;
        return change(caller, permission, object, now -> {
            long sum = now.number() + by; // both are far inside 64 bits
            return sum < least || sum > most
                    ? Outcome.refused(new Refusal.NumberOutOfBounds(now.number(), least, most))
                    : Outcome.success(with(now, now.text(), (int) sum));
        });
    }

    public Outcome<DataObject> remove(Caller caller, Outcome<DataObject> object, Expected<DataObject> expected) {
        return stored(
                caller,
                Permission.REMOVE_DATA_OBJECT,
                object,
                now -> expected.refusal(now)
                        .<Outcome<Optional<DataObjects.Content>>>map(Outcome::refused)
                        .orElseGet(() -> Outcome.success(Optional.empty())));
    }

    private Outcome<DataObject> change(
            Caller caller,
            Permission permission,
            Outcome<DataObject> object,
            Function<DataObject, Outcome<DataObjects.Content>> rule) {
        return stored(caller, permission, object, now -> rule.apply(now).map(Optional::of));
    }

    private Outcome<DataObject> stored(
            Caller caller,
            Permission permission,
            Outcome<DataObject> object,
            Function<DataObject, Outcome<Optional<DataObjects.Content>>> rule) {
        return permitted(caller, permission, object)
                .then(found ->
                        objects.change(caller.account(), found.id(), rule).orElseGet(KeepData::unknown));
    }

    private static <T> Outcome<T> permitted(Caller caller, Permission permission, Outcome<T> outcome) {
        Optional<Refusal> lacking = caller.lacks(permission);
        return lacking.isPresent() ? Outcome.refused(lacking.get()) : outcome;
    }

    private static DataObjects.Content with(DataObject object, String text, int number) {
        return new DataObjects.Content(object.name(), text, number);
    }

    private static Outcome<DataObjects.Content> checked(DataObjects.Content content) {
        return Names.tooLong("name", content.name(), DataObject.MAX_NAME)
                .or(() -> Names.tooLong("text", content.text(), DataObject.MAX_TEXT))
                .<Outcome<DataObjects.Content>>map(Outcome::refused)
                .orElseGet(() -> Outcome.success(content));
    }

    private static <T> Outcome<T> unknown() {
        return Outcome.refused(new Refusal.NotFound(Refusal.Kind.DATA_OBJECT));
    }
}
