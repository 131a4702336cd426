package dev.licet.dialect;

import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/// What the dialects share of reading and writing JSON.
public final class Json {
    /// With the library's own limits on depth and name length. Texts and numbers are bounded by the body; numbers
    /// are read as texts, so that their length costs nothing.
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /// Writes to streams that are not its own, and has them keep what they gather. Values stand one a line.
    public static final JsonFactory LINES = FACTORY.rebuild()
            .rootValueSeparator("\n")
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    public static final String MEDIA_TYPE = "application/json; charset=utf-8";

    private Json() {}

    /// The JSON of the list or object that the parser stands on; it stands on its end afterwards.
    public static String copyOfCurrentValue(JsonParser json) {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            copy.copyCurrentStructure(json);
        }
        return Texts.clean(text.toString());
    }

    /// An answer of one object, whose members are written while the client reads.
    public static Answer written(int status, Consumer<JsonGenerator> members) {
        return Answer.written(status, MEDIA_TYPE, out -> {
            try (JsonGenerator json = LINES.createGenerator(ObjectWriteContext.empty(), out)) {
                json.writeStartObject();
                members.accept(json);
                json.writeEndObject();
            }
        });
    }

    /// The bytes of one object, whose members the writer adds.
    public static byte[] object(Consumer<JsonGenerator> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
