package dev.licet.core.identity;

import dev.licet.core.id.KeyId;
import java.util.Optional;

/// Which license keys an access token may name: 0 any or none, a positive number only the key with that id,
/// a negative number any key, but one has to be named.
public record KeyLock(long value) {
    public static final KeyLock ANY = new KeyLock(0);

    /// Whether whoever is under that lock may name no key that this one forbids.
    public boolean covers(KeyLock other) {
        return value == 0 || (value < 0 ? other.value != 0 : other.value == value);
    }

    public boolean allows(Optional<KeyId> key) {
        if (value == 0) {
            return true;
        }
        return key.isPresent() && (value < 0 || key.get().value() == value);
    }
}
