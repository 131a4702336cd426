package dev.licet.console.view;

import java.util.List;
import java.util.function.UnaryOperator;

/// What is around each page.
///
/// @param username empty when nobody has signed in
/// @param isReadOnly whether nothing can be changed
/// @param csrf what has to come back with each change
/// @param asset where a file is that pages use, by its name
public record Shell(
        String title,
        String username,
        String account,
        String accountNumber,
        String zone,
        String csrf,
        List<Group> groups,
        boolean withCharts,
        boolean isReadOnly,
        UnaryOperator<String> asset) {
    public Shell {
        groups = List.copyOf(groups);
    }

    /// A part of the navigation.
    public record Group(String label, List<Item> items) {
        public Group {
            items = List.copyOf(items);
        }
    }

    public record Item(String label, String href, boolean active) {}

    public boolean isSignedIn() {
        return !username.isEmpty();
    }

    public String file(String name) {
        return asset.apply(name);
    }
}
