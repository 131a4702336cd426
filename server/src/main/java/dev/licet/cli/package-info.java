/// The commands of the operator.
@NullMarked
package dev.licet.cli;

import org.jspecify.annotations.NullMarked;
