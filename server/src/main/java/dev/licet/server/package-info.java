/// The running server: how its parts are put together, started and stopped.
@NullMarked
package dev.licet.server;

import org.jspecify.annotations.NullMarked;
