package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;

/// A fingerprint, and an offset of its partition at which it was seen.
record Seen(Fingerprint print, long offset) {}
