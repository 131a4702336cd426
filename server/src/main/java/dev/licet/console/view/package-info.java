/// What the console's pages show, ready to be shown: the templates in `src/main/jte` have no other types.
@NullMarked
package dev.licet.console.view;

import org.jspecify.annotations.NullMarked;
