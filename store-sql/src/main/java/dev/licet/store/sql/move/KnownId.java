package dev.licet.store.sql.move;

import dev.licet.core.once.Fingerprint;
import java.util.Optional;

/// An id that a client gave to an event or to a request, which does not count again.
///
/// @param event that it stands for, or the first of the request @param content of a request
public record KnownId(Fingerprint name, long event, Optional<Fingerprint> content) {}
