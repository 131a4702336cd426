/// Entities and sessions as plain SQL, for every engine that speaks what SQLite and PostgreSQL have in common. An
/// engine brings its connections, its tables and its triggers.
@org.jspecify.annotations.NullMarked
package dev.licet.store.sql.entity;
