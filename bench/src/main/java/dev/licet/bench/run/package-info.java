/// Runs whole servers in turns and writes down how they compare. Begin with [dev.licet.bench.run.Run].
@NullMarked
package dev.licet.bench.run;

import org.jspecify.annotations.NullMarked;
