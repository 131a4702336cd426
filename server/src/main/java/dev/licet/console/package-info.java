/// Pages for people: the console under `/console` and the API explorer under `/docs`. It has no door of its own: what
/// it
/// shows and does, it asks of [dev.licet.dialect.rest.RestDialect], in the same process and in the name of who has
/// signed
/// in.
@NullMarked
package dev.licet.console;

import org.jspecify.annotations.NullMarked;
