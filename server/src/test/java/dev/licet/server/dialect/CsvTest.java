package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.dialect.Csv;
import dev.licet.dialect.MalformedRequest;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvTest {
    private static final String HOSTILE = "=+-@\t\r\n＝＋－＠'\"\",; aé名\u200f\ufeff";
    private static final int MOST = 10_000;

    private final Random random = new Random(7);

    private String cell() {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(6); length > 0; length--) {
            text.append(HOSTILE.charAt(random.nextInt(HOSTILE.length())));
        }
        return text.toString();
    }

    private static List<List<String>> read(String text) throws IOException {
        Csv.Records records = new Csv.Records(new StringReader(text), MOST);
        List<List<String>> all = new ArrayList<>();
        for (Optional<List<String>> next = records.next(); next.isPresent(); next = records.next()) {
            all.add(next.get());
        }
        return all;
    }

    @Test
    void anyCells_areReadAsTheyWereWritten_andNoneBeginsAFormula() throws IOException {
        StringBuilder text = new StringBuilder();
        List<List<String>> written = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            List<String> cells = List.of("row", cell(), cell(), cell());
            for (int j = 0; j < cells.size(); j++) {
                StringBuilder alone = new StringBuilder();
                Csv.cell(alone, true, cells.get(j));
                assertThat(alone.toString()).doesNotMatch("(?s)\"?[=+@\t\r\n＝＋－＠-].*");
                Csv.cell(text, j == 0, cells.get(j));
            }
            Csv.end(text);
            written.add(cells);
        }

        assertThat(read(text.toString())).isEqualTo(written);
    }

    @Test
    void numbers_areNoFormulas() throws IOException {
        StringBuilder text = new StringBuilder();
        Csv.number(text, true, "-5");
        Csv.number(text, false, "");
        Csv.end(text);

        assertThat(text).hasToString("-5,\r\n");
        assertThat(read(text.toString())).containsExactly(List.of("-5", ""));
    }

    @Test
    void othersFiles_areRead() throws IOException {
        assertThat(read("\ufeffa,b\n\n\"x\ny\",O'Brien\n=1,'it is'"))
                .containsExactly(List.of("a", "b"), List.of("x\ny", "O'Brien"), List.of("=1", "'it is'"));
        assertThat(read("")).isEmpty();
    }

    @Test
    void recordWithoutAnEnd_isNotHeld() {
        assertThatThrownBy(() -> read("\"" + "x".repeat(2 * MOST)))
                .isInstanceOf(MalformedRequest.class)
                .hasMessageContaining("longer than");
    }
}
