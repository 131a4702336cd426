package dev.licet.console;

import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Something that people can do, and the call of the API that does it.
///
/// @param slug names it in the address @param label of the button
/// @param path of the call; `{id}` stands for the thing's
/// @param says what it will do; `{name}` stands for the thing's
/// @param fixed members of the body that nobody fills in
/// @param fits to which things it can be done @param done what to say then
/// @param secrets members of the answer that are shown once, with what they are called
record Deed(
        String slug,
        String label,
        Permission needs,
        String verb,
        String path,
        String says,
        boolean dangerous,
        List<Field> fields,
        Map<String, JsonNode> fixed,
        Predicate<JsonNode> fits,
        String done,
        Map<String, String> secrets) {

    static Deed of(String slug, String label, Permission needs, String verb, String path) {
        return new Deed(
                slug, label, needs, verb, path, "", false, List.of(), Map.of(), thing -> true, "Done.", Map.of());
    }

    Deed says(String text) {
        return new Deed(slug, label, needs, verb, path, text, dangerous, fields, fixed, fits, done, secrets);
    }

    /// It takes something away.
    Deed dangerous(String text) {
        return new Deed(slug, label, needs, verb, path, text, true, fields, fixed, fits, done, secrets);
    }

    Deed fields(Field... all) {
        return new Deed(slug, label, needs, verb, path, says, dangerous, List.of(all), fixed, fits, done, secrets);
    }

    Deed with(String member, JsonNode value) {
        return new Deed(
                slug, label, needs, verb, path, says, dangerous, fields, Map.of(member, value), fits, done, secrets);
    }

    Deed to(Predicate<JsonNode> which) {
        return new Deed(slug, label, needs, verb, path, says, dangerous, fields, fixed, which, done, secrets);
    }

    Deed done(String text) {
        return new Deed(slug, label, needs, verb, path, says, dangerous, fields, fixed, fits, text, secrets);
    }

    Deed shows(String member, String name) {
        return new Deed(
                slug, label, needs, verb, path, says, dangerous, fields, fixed, fits, done, Map.of(member, name));
    }
}
