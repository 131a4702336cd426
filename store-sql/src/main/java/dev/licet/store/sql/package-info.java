/// Questions to the events as SQL, for every engine that has them in a table.
@org.jspecify.annotations.NullMarked
package dev.licet.store.sql;
