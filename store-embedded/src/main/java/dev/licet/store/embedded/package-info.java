/// The default engine: entities and sessions in SQLite, events in a journal and DuckDB, all in one directory.
@NullMarked
package dev.licet.store.embedded;

import org.jspecify.annotations.NullMarked;
