package dev.licet.core.insight;

/// Whose use is looked at: the events that name none of its kind are left out then.
public enum Who {
    MACHINE(Field.Column.MACHINE),
    USER(Field.Column.USER),
    KEY(Field.Column.KEY),
    SESSION(Field.Column.SESSION);

    private final Field.Column column;

    Who(Field.Column column) {
        this.column = column;
    }

    public Field.Column column() {
        return column;
    }
}
