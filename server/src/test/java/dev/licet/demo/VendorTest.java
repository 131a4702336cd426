package dev.licet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The made-up customers come, stay and go as customers do.
class VendorTest {
    private static final LocalDate UNTIL = LocalDate.of(2026, 11, 27);

    private final Demo demo = new Demo(1_000_000, 1, UNTIL);
    private final Vendor vendor = new Vendor(demo);

    @Test
    void sameDemo_hasTheSameDeeds() {
        assertThat(new Vendor(demo).deeds()).isEqualTo(vendor.deeds());
        assertThat(new Vendor(new Demo(1_000_000, 2, UNTIL)).deeds()).isNotEqualTo(vendor.deeds());
    }

    @Test
    void deeds_areOfEveryKind_inTheStory_andNoneIsWhileTheServerIsAway() {
        List<Deed> deeds = vendor.deeds();
        Set<Class<?>> kinds = deeds.stream().map(Object::getClass).collect(Collectors.toSet());
        assertThat(kinds).containsExactlyInAnyOrder(Deed.class.getPermittedSubclasses());
        assertThat(deeds)
                .map(Deed::at)
                .isSorted()
                .allMatch(at -> !at.isBefore(demo.begin()) && at.isBefore(demo.end()) && !demo.isOutage(at));
    }

    @Test
    void everyPlanIsBought_inEveryCurrency_andSomeIsPaidBack() {
        Set<Plan> plans = vendor.stints().stream().map(Stint::plan).collect(Collectors.toSet());
        assertThat(plans).containsExactlyInAnyOrder(Plan.values());
        Set<String> currencies = vendor.clients().stream()
                .map(client -> client.market().currency())
                .collect(Collectors.toSet());
        assertThat(currencies).containsExactlyInAnyOrder("USD", "EUR", "CZK", "JPY");
        Made made = Made.of(vendor, 0);
        assertThat(made.refunds()).isBetween(made.purchases() / 200, made.purchases() / 10);
        assertThat(made.renewals()).isGreaterThan(made.purchases() / 2);
        assertThat(made.cancellations()).isBetween(20L, made.purchases() / 2);
        assertThat(Arrays.stream(Plan.values()).filter(Plan::isLesson)).hasSize(2);
    }

    @Test
    void demo_takesSoManyEventsAsItsBoundsSay_andNoMore() {
        assertThat(new Demo(Demo.LEAST, 0, UNTIL).events()).isEqualTo(Demo.LEAST);
        assertThat(new Demo(Demo.MOST, 0, UNTIL).events()).isEqualTo(Demo.MOST);
        for (long wrong : List.of(Demo.LEAST - 1, Demo.MOST + 1)) {
            assertThatThrownBy(() -> new Demo(wrong, 0, UNTIL)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
