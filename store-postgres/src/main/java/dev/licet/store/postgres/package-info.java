/// Entities and sessions in PostgreSQL, for several nodes at a time.
@NullMarked
package dev.licet.store.postgres;

import org.jspecify.annotations.NullMarked;
