package dev.licet.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.RecordEvents.Batch;
import dev.licet.core.event.RecordEvents.Receipt;
import dev.licet.core.event.RecordEvents.Result;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.Activation;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Product;
import dev.licet.core.license.Products;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordEventsTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.LAST);
    private static final ProductId PLAYER = new ProductId(1);
    private static final ProductId REVOKED = new ProductId(2);
    private static final ProductId OTHERS = new ProductId(3);
    private static final ProductId UNKNOWN = new ProductId(4);
    private static final Refusal NO_PRODUCT = new Refusal.NotFound(Refusal.Kind.PRODUCT);
    private static final Refusal NO_KEY = new Refusal.NotFound(Refusal.Kind.LICENSE_KEY);
    private static final Refusal PRODUCT_LOCK = new Refusal.NotPermitted("product lock");
    private static final Refusal KEY_LOCK = new Refusal.NotPermitted("key lock");

    private final TestClock clock = new TestClock();
    private final KeptEvents log = new KeptEvents();
    private final FewProducts products = new FewProducts();
    private final FewKeys keys = new FewKeys();
    private final RecordEvents recordEvents = new RecordEvents(products, keys, log, clock);

    @Test
    void record_productAndKey_areStampedOnEveryEvent() {
        Item full = Item.builder()
                .clientId("mine")
                .name("play")
                .feature("hd")
                .product(PLAYER)
                .key("KEY-1")
                .machine("machine")
                .endUser("ann")
                .session("evening")
                .value(OptionalLong.of(190))
                .currency("USD")
                .at(Instant.EPOCH)
                .metadata("{}")
                .build();

        Outcome<Receipt> outcome = recordEvents
                .record(
                        caller(Optional.empty(), KeyLock.ANY),
                        batch(full, Item.builder().build()))
                .await();

        assertThat(outcome)
                .isEqualTo(Outcome.success(
                        new Receipt(List.of(new Result.Accepted(1), new Result.Accepted(2)), TestClock.START)));
        assertThat(log.events)
                .containsExactly(
                        new UsageEvent(
                                ACCOUNT,
                                "rest",
                                Optional.of("mine"),
                                Instant.EPOCH,
                                Optional.of("play"),
                                Optional.of("hd"),
                                Optional.of(PLAYER),
                                Optional.of("KEY-1"),
                                Optional.of("machine"),
                                Optional.of("ann"),
                                Optional.of("evening"),
                                Optional.of(new UserId(5)),
                                Optional.of(new ApplicationId(6)),
                                OptionalLong.of(190),
                                Optional.of("USD"),
                                Optional.of("{}")),
                        new UsageEvent(
                                ACCOUNT,
                                "rest",
                                Optional.empty(),
                                TestClock.START,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new UserId(5)),
                                Optional.of(new ApplicationId(6)),
                                OptionalLong.empty(),
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void record_noItems_isDoneAndWritesNothing() {
        Outcome<Receipt> outcome = recordEvents
                .record(caller(Optional.empty(), KeyLock.ANY), batch())
                .await();

        assertThat(outcome).isEqualTo(Outcome.success(new Receipt(List.of(), TestClock.START)));
        assertThat(log.events).isEmpty();
    }

    @Test
    void record_oneThatCantBeTaken_refusesThemAll() {
        Outcome<Receipt> outcome = recordEvents
                .record(
                        caller(Optional.empty(), KeyLock.ANY),
                        batch(named(PLAYER, "KEY-1"), named(UNKNOWN, null), named(PLAYER, "KEY-9")))
                .await();

        assertThat(outcome).isEqualTo(Outcome.refused(NO_PRODUCT));
        assertThat(log.events).isEmpty();
    }

    @Test
    void recordEach_oneThatCantBeTaken_isRejectedAlone() {
        Outcome<Receipt> outcome = recordEvents.recordEach(
                caller(Optional.empty(), KeyLock.ANY),
                batch(named(PLAYER, "KEY-1"), named(UNKNOWN, null), named(PLAYER, "KEY-9"), named(PLAYER, null)));

        assertThat(outcome)
                .isEqualTo(Outcome.success(new Receipt(
                        List.of(
                                new Result.Accepted(1),
                                new Result.Rejected(NO_PRODUCT),
                                new Result.Rejected(NO_KEY),
                                new Result.Accepted(2)),
                        TestClock.START)));
        assertThat(log.events).hasSize(2);
    }

    @Test
    void recordEach_allRejected_writesNothing() {
        Outcome<Receipt> outcome =
                recordEvents.recordEach(caller(Optional.empty(), KeyLock.ANY), batch(named(UNKNOWN, null)));

        assertThat(outcome)
                .isEqualTo(Outcome.success(new Receipt(List.of(new Result.Rejected(NO_PRODUCT)), TestClock.START)));
        assertThat(log.events).isEmpty();
    }

    @Test
    void recordEach_withAKey_theKeyTellsWhichCouldBeTaken() {
        RequestKey key = new RequestKey(Fingerprint.of("a"), Fingerprint.of("b"));
        List<Item> items = List.of(named(PLAYER, null), named(UNKNOWN, null));
        Caller caller = caller(Optional.empty(), KeyLock.ANY);

        recordEvents.recordEach(caller, new Batch("rest", Optional.of(key), items.subList(0, 1)));
        assertThat(log.key).contains(key);

        recordEvents.recordEach(caller, new Batch("rest", Optional.of(key), items));
        RequestKey partial = log.key.orElseThrow();
        assertThat(partial.name()).isEqualTo(key.name());
        assertThat(partial.content()).isNotEqualTo(key.content());
        recordEvents.recordEach(caller, new Batch("rest", Optional.of(key), items));
        assertThat(log.key).contains(partial);
        recordEvents.recordEach(caller, new Batch("rest", Optional.of(key), items.reversed()));
        assertThat(log.key.orElseThrow().content()).isNotEqualTo(partial.content());
    }

    @Test
    void record_whatTheLogHasAlready_isADuplicate() {
        log.known = true;

        Outcome<Receipt> outcome = recordEvents
                .record(
                        caller(Optional.empty(), KeyLock.ANY),
                        batch(Item.builder().build()))
                .await();

        assertThat(outcome).isEqualTo(Outcome.success(new Receipt(List.of(new Result.Duplicate(1)), TestClock.START)));
    }

    @Test
    void record_withoutThePermission_isRefusedBeforeAnythingIsLookedUp() {
        Caller reader = new Caller(
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(Permission.GET_EVENTS),
                false,
                Optional.empty(),
                KeyLock.ANY);

        assertThat(recordEvents
                        .record(reader, batch(Optional.of(UNKNOWN), Optional.empty()))
                        .await())
                .isEqualTo(Outcome.refused(new Refusal.NotPermitted("RegisterEvent")));
        assertThat(log.events).isEmpty();
        assertThat(products.asked).isZero();
    }

    @Test
    void product_thatTheAccountHasNot_isNotFoundWhoeverHasIt() {
        for (ProductId id : List.of(REVOKED, OTHERS, UNKNOWN)) {
            assertThat(refusal(Optional.empty(), KeyLock.ANY, Optional.of(id), Optional.empty()))
                    .contains(NO_PRODUCT);
        }
        assertThat(log.events).isEmpty();
    }

    @Test
    void key_withoutAProduct_isRefused() {
        assertThat(refusal(Optional.empty(), KeyLock.ANY, Optional.empty(), Optional.of("KEY-1")))
                .contains(NO_PRODUCT);
    }

    @Test
    void key_unknownOrOfAnotherAccount_isNotFound() {
        assertThat(refusal(Optional.empty(), KeyLock.ANY, Optional.of(PLAYER), Optional.of("KEY-9")))
                .contains(NO_KEY);
        assertThat(refusal(Optional.empty(), KeyLock.ANY, Optional.of(OTHERS), Optional.of("KEY-3")))
                .contains(NO_PRODUCT);
    }

    @Test
    void nothingNamed_isTakenWhenThereIsNoLock() {
        assertThat(refusal(Optional.empty(), KeyLock.ANY, Optional.empty(), Optional.empty()))
                .isEmpty();
        assertThat(log.events).hasSize(1);
    }

    @Test
    void productLock_letsItsProductThroughAlone() {
        Optional<ProductId> lock = Optional.of(PLAYER);

        assertThat(refusal(lock, KeyLock.ANY, Optional.of(PLAYER), Optional.empty()))
                .isEmpty();
        assertThat(refusal(lock, KeyLock.ANY, Optional.empty(), Optional.empty()))
                .contains(PRODUCT_LOCK);
        assertThat(refusal(lock, KeyLock.ANY, Optional.of(OTHERS), Optional.empty()))
                .contains(PRODUCT_LOCK);
    }

    @Test
    void productLock_doesNotTellWhatExistsOutsideIt() {
        Optional<ProductId> lock = Optional.of(PLAYER);

        for (ProductId id : List.of(REVOKED, OTHERS, UNKNOWN)) {
            for (String key : List.of("KEY-1", "KEY-2", "KEY-3", "KEY-9")) {
                assertThat(refusal(lock, KeyLock.ANY, Optional.of(id), Optional.of(key)))
                        .contains(PRODUCT_LOCK);
            }
        }
    }

    @Test
    void keyLock_positive_letsItsKeyThroughAlone() {
        KeyLock lock = new KeyLock(1);

        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.of("KEY-1")))
                .isEmpty();
        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.of("KEY-2")))
                .contains(KEY_LOCK);
        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.empty()))
                .contains(KEY_LOCK);
        assertThat(refusal(Optional.empty(), lock, Optional.empty(), Optional.empty()))
                .contains(KEY_LOCK);
    }

    @Test
    void keyLock_positive_doesNotTellWhichKeysExist() {
        assertThat(refusal(Optional.empty(), new KeyLock(1), Optional.of(PLAYER), Optional.of("KEY-9")))
                .contains(KEY_LOCK);
    }

    @Test
    void keyLock_negative_wantsAKeyThatExists() {
        KeyLock lock = new KeyLock(-1);

        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.of("KEY-2")))
                .isEmpty();
        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.empty()))
                .contains(KEY_LOCK);
        assertThat(refusal(Optional.empty(), lock, Optional.of(PLAYER), Optional.of("KEY-9")))
                .contains(NO_KEY);
    }

    @Test
    void past_keyThatIsGone_andRevokedProduct_areTaken_othersNot() {
        Caller manager = past(Optional.empty());

        assertThat(pastResults(manager, named(PLAYER, "KEY-9"), named(REVOKED, null), named(null, "KEY-9")))
                .hasOnlyElementsOfType(Result.Accepted.class);
        assertThat(pastResults(manager, named(OTHERS, null), named(UNKNOWN, null)))
                .containsOnly(new Result.Rejected(NO_PRODUCT));
    }

    @Test
    void past_productLock_letsItsProductThroughAlone() {
        assertThat(pastResults(
                        past(Optional.of(PLAYER)), named(PLAYER, "KEY-9"), named(REVOKED, null), named(null, null)))
                .containsExactly(
                        new Result.Accepted(1), new Result.Rejected(PRODUCT_LOCK), new Result.Rejected(PRODUCT_LOCK));
    }

    @Test
    void past_byWhoMayRecordAlone_isRefused() {
        assertThat(recordEvents.recordPast(caller(Optional.empty(), KeyLock.ANY), batch(named(null, null))))
                .isEqualTo(Outcome.refused(new Refusal.NotPermitted(Permission.MANAGE.label())));
        assertThat(log.events).isEmpty();
    }

    private List<Result> pastResults(Caller caller, Item... items) {
        return switch (recordEvents.recordPast(caller, batch(items))) {
            case Outcome.Success<Receipt>(Receipt receipt) -> receipt.results();
            case Outcome.Refused<Receipt>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    private static Caller past(Optional<ProductId> productLock) {
        return new Caller(
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(Permission.MANAGE),
                false,
                productLock,
                KeyLock.ANY);
    }

    private Optional<Refusal> refusal(
            Optional<ProductId> productLock, KeyLock keyLock, Optional<ProductId> product, Optional<String> key) {
        return switch (recordEvents
                .record(caller(productLock, keyLock), batch(product, key))
                .await()) {
            case Outcome.Success<Receipt> taken -> Optional.empty();
            case Outcome.Refused<Receipt>(Refusal refusal) -> Optional.of(refusal);
        };
    }

    private static Caller caller(Optional<ProductId> productLock, KeyLock keyLock) {
        return new Caller(
                ACCOUNT,
                Optional.of(new UserId(5)),
                Optional.of(new ApplicationId(6)),
                Optional.empty(),
                Set.of(Permission.REGISTER_EVENT),
                false,
                productLock,
                keyLock);
    }

    private static Batch batch(Optional<ProductId> product, Optional<String> key) {
        return batch(named(product.orElse(null), key.orElse(null)));
    }

    private static Batch batch(Item... items) {
        return new Batch("rest", Optional.empty(), List.of(items));
    }

    private static Item named(@Nullable ProductId product, @Nullable String key) {
        return Item.builder().product(product).key(key).build();
    }

    private static final class KeptEvents implements EventLog {
        private final List<UsageEvent> events = new ArrayList<>();
        private Optional<RequestKey> key = Optional.empty();
        private boolean known;

        @Override
        public Outcome<List<Placed>> append(Submission submission) {
            key = submission.requestKey();
            List<Placed> placed = new ArrayList<>();
            for (UsageEvent event : submission.events()) {
                events.add(event);
                placed.add(new Placed(events.size(), !known));
            }
            return Outcome.success(placed);
        }

        @Override
        public Pending<List<Placed>> submit(Submission submission) {
            return switch (append(submission)) {
                case Outcome.Success<List<Placed>>(List<Placed> placed) -> Pending.done(placed);
                case Outcome.Refused<List<Placed>> refused -> throw new IllegalStateException();
            };
        }

        @Override
        public EventPage find(EventQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EventExport export(AccountNumber account, EventFilter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long lastAcknowledged() {
            return events.size();
        }

        @Override
        public long lastQueryable() {
            return 0;
        }
    }

    private static final class FewProducts implements Products {
        private final List<Product> all = List.of(
                new Product(PLAYER, ACCOUNT, "player", false, TestClock.START),
                new Product(REVOKED, ACCOUNT, "revoked", true, TestClock.START),
                new Product(OTHERS, OTHER, "other's", false, TestClock.START));
        private int asked;

        @Override
        public Optional<Product> find(AccountNumber account, ProductId id) {
            return find(id).filter(product -> product.account().equals(account) && !product.revoked());
        }

        @Override
        public Optional<Product> find(ProductId id) {
            asked++;
            return all.stream().filter(product -> product.id().equals(id)).findFirst();
        }

        @Override
        public Product add(AccountNumber account, String name, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Product> list(AccountNumber account) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean change(Product product) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(ProductId id) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class FewKeys implements LicenseKeys {
        private final List<LicenseKey> all = List.of(
                new LicenseKey(new KeyId(1), ACCOUNT, PLAYER, "KEY-1", TestClock.START),
                new LicenseKey(new KeyId(2), ACCOUNT, PLAYER, "KEY-2", TestClock.START),
                new LicenseKey(new KeyId(3), OTHER, OTHERS, "KEY-3", TestClock.START));

        @Override
        public Optional<LicenseKey> find(ProductId product, String key) {
            return all.stream()
                    .filter(known ->
                            known.product().equals(product) && known.key().equals(key))
                    .findFirst();
        }

        @Override
        public Optional<List<LicenseKey>> add(
                AccountNumber account, ProductId product, List<String> keys, KeyTerms terms, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<LicenseKey> trial(
                AccountNumber account, ProductId product, String key, KeyTerms terms, Activation activation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<LicenseKey> list(AccountNumber account, Query query, boolean newestFirst, long skipped, int most) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<LicenseKey> find(KeyId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long count(AccountNumber account, Query query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public KeyUse use(KeyId key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T change(KeyId key, String machine, KeyRule<T> rule) {
            throw new UnsupportedOperationException();
        }
    }
}
