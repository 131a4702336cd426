package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The stored data objects. What a changing method did is on disk when it returns, and two changes of one object happen
/// one after the other. Safe for threads.
public interface DataObjects {

    /// What an object holds. @param name in no case longer than [DataObject#MAX_NAME]
    record Content(String name, String text, int number) {}

    /// Adds an object, if a rule that is shown all objects of its owner lets it; nothing comes in between.
    Outcome<DataObject> add(
            AccountNumber account, DataOwner owner, Content content, Function<List<DataObject>, Outcome<Content>> rule);

    Optional<DataObject> find(AccountNumber account, DataObjectId id);

    /// All of one owner, oldest first.
    List<DataObject> list(AccountNumber account, DataOwner owner);

    /// Those of the whole account whose names contain that text, oldest first.
    ///
    /// @param after only those with a higher id @param most how many at most
    List<DataObject> list(AccountNumber account, String contained, long after, int most);

    /// Has a rule decide what an object holds next, empty for its end; nothing comes in between.
    ///
    /// @return the object after that, or before its end; empty when it is not there, and what the rule refused
    Optional<Outcome<DataObject>> change(
            AccountNumber account, DataObjectId id, Function<DataObject, Outcome<Optional<Content>>> rule);
}
