package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored licenses. What a changing method did is on disk when it returns. Safe for threads.
public interface Licenses {

    License add(AccountNumber account, NewLicense license, Optional<UserId> createdBy, Instant at);

    Optional<License> find(AccountNumber account, LicenseId id);

    /// All of the account, oldest first.
    List<License> list(AccountNumber account);

    /// Some of them. @param after only those with a higher id
    List<License> list(AccountNumber account, long after, int most);

    record NewLicense(String name, LicenseType type, Price price, Optional<Term> term, TermRules rules) {

        /// With the rules of which nothing is said.
        public NewLicense(String name, LicenseType type, Price price, Optional<Term> term) {
            this(name, type, price, term, TermRules.USUAL);
        }
    }
}
