/// What Licet is compared with over HTTP: one small Netty server, which answers at once or hands the same requests
/// to a peer first.
@NullMarked
package dev.licet.bench.front;

import org.jspecify.annotations.NullMarked;
