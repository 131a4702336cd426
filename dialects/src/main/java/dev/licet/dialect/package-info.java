/// What a dialect is, and what all of them need to read a request: no HTTP library, no store.
@NullMarked
package dev.licet.dialect;

import org.jspecify.annotations.NullMarked;
