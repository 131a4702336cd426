/// A made-up vendor, and how its data comes into a store: for who wants to see something. `Vendor` and `Usage` say what
/// happened and know no store; `Filling` writes it.
@NullMarked
package dev.licet.demo;

import org.jspecify.annotations.NullMarked;
