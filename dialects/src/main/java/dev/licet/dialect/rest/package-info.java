/// Our own JSON API.
@NullMarked
package dev.licet.dialect.rest;

import org.jspecify.annotations.NullMarked;
