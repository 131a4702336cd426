/// From one engine to another: what every engine does for a move, and the move itself.
@org.jspecify.annotations.NullMarked
package dev.licet.store.sql.move;
