/// The events and keys API of a licensing service, as its published clients speak it.
@NullMarked
package dev.licet.dialect.cryptolens;

import org.jspecify.annotations.NullMarked;
