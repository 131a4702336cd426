package dev.licet.console.view;

import java.util.List;
import java.util.Optional;

/// A form in a dialog.
///
/// @param says what will happen
/// @param failure why it did not, of the whole form
public record Form(
        String action,
        String title,
        String says,
        String submit,
        boolean dangerous,
        List<FormField> fields,
        Optional<String> failure) {
    public Form {
        fields = List.copyOf(fields);
    }
}
