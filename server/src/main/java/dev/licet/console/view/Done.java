package dev.licet.console.view;

import java.util.List;

/// What came of a form. @param secrets what is shown once
public record Done(String title, String says, List<Fact> secrets) {
    public Done {
        secrets = List.copyOf(secrets);
    }
}
