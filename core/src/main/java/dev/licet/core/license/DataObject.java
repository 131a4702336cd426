package dev.licet.core.license;

import dev.licet.core.id.DataObjectId;

/// A text and a number that a vendor keeps at an account, a product, a key or a machine: what has no place elsewhere,
/// such as how often something may still be used.
///
/// @param owner what it is kept at; within it names need not be unique, unless they were asked to be
public record DataObject(DataObjectId id, DataOwner owner, String name, String text, int number) {
    /// In characters.
    public static final int MAX_NAME = 100;

    /// In characters.
    public static final int MAX_TEXT = 10_000;
}
