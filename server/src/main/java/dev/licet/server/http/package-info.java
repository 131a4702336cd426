/// The wire: TLS, HTTP, limits, deadlines. The only place that knows the HTTP library.
@NullMarked
package dev.licet.server.http;

import org.jspecify.annotations.NullMarked;
