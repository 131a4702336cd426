/// Measurements: one class per question.
@NullMarked
package dev.licet.bench;

import org.jspecify.annotations.NullMarked;
