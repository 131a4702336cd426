package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TemplateId;
import java.util.List;
import java.util.Optional;

/// The stored templates. What a changing method did is on disk when it returns. Safe for threads.
public interface KeyTemplates {

    KeyTemplate add(AccountNumber account, ProductId product, KeyTemplate.Content content);

    Optional<KeyTemplate> find(AccountNumber account, TemplateId id);

    /// Oldest first. @param after only those with a higher id
    List<KeyTemplate> list(AccountNumber account, long after, int most);

    /// @return false when the account has no such template
    boolean remove(AccountNumber account, TemplateId id);
}
