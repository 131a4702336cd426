/// Questions to the events as SQL, for every engine that has them in a table, and the turns that accounts take with
/// them.
@org.jspecify.annotations.NullMarked
package dev.licet.store.sql;
