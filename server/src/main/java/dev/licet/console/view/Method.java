package dev.licet.console.view;

import java.util.List;

/// One method of an API, as the explorer shows it.
///
/// @param name unique in its dialect @param group of methods
/// @param body the media type of its body; empty for none @param example of the body where it is not a form
public record Method(
        String name,
        String group,
        String verb,
        String path,
        String summary,
        String says,
        List<Argument> arguments,
        String body,
        String example,
        String answer,
        String answerExample,
        List<Failure> failures) {
    public Method {
        arguments = List.copyOf(arguments);
        failures = List.copyOf(failures);
    }

    /// @param place `path`, `query` or `form`
    /// @param type and its limits, for people
    /// @param credential which of the reader's own it is; empty for none
    /// @param fixed what it always is; empty where one can choose
    public record Argument(
            String name,
            String place,
            String type,
            boolean required,
            String says,
            String example,
            List<String> choices,
            String credential,
            String fixed) {
        public Argument {
            choices = List.copyOf(choices);
        }
    }

    /// @param code of the dialect; empty where it has none
    public record Failure(String code, String status, String message, String when) {}

    public String id() {
        return name.replaceAll("[^A-Za-z0-9]+", "-");
    }

    public boolean isForm() {
        return body.equals("application/x-www-form-urlencoded");
    }
}
