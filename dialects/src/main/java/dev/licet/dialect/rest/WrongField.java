package dev.licet.dialect.rest;

/// A member of the body, or a parameter, that breaks its rule.
final class WrongField extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String rule;

    WrongField(String field, String rule) {
        super(field + " " + rule);
        this.field = field;
        this.rule = rule;
    }

    String field() {
        return field;
    }

    String rule() {
        return rule;
    }
}
