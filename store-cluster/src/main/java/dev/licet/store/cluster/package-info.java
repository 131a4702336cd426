/// Events in ClickHouse, beside entities and sessions in PostgreSQL. No server offers it yet.
@NullMarked
package dev.licet.store.cluster;

import org.jspecify.annotations.NullMarked;
