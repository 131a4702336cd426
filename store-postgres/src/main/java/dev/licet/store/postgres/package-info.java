/// Entities and sessions in PostgreSQL, for several nodes at a time. No server offers it yet.
@NullMarked
package dev.licet.store.postgres;

import org.jspecify.annotations.NullMarked;
