package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdvisoryLocksTest {
    @Test
    void noTwoLocks_areTheSame() throws IllegalAccessException {
        List<Long> numbers = new ArrayList<>();
        for (Field lock : AdvisoryLocks.class.getDeclaredFields()) {
            if (lock.getType() == long.class) { // instruments of the build add others
                numbers.add(lock.getLong(null));
            }
        }
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(5).doesNotHaveDuplicates();
    }
}
