/// The settings, where they come from, and how their values are read.
@NullMarked
package dev.licet.server.config;

import org.jspecify.annotations.NullMarked;
