package dev.licet.console.view;

/// Something that needs attention.
public record Notice(Cell.Tone tone, String title, String says, String href, String link) {
    public String style() {
        return tone.style();
    }
}
