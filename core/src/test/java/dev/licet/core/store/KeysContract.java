package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.DataObject;
import dev.licet.core.license.DataObjects;
import dev.licet.core.license.DataOwner;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyCalls;
import dev.licet.core.license.KeyForm;
import dev.licet.core.license.KeyTemplate;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.MachineRules;
import dev.licet.core.license.Price;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.Term;
import dev.licet.core.license.UseKeys;
import dev.licet.core.message.Message;
import dev.licet.core.message.SendMessages;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What keys, customers, data objects, messages and the log of calls are to every engine, seen through the use cases.
public abstract class KeysContract {
    private static final Instant NOW = TestClock.START;
    private static final int MOST_OBJECTS = 20;
    private static final String KEY = "KEY";

    private final TestClock clock = new TestClock();
    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private Path directory;
    private Store store;
    private Caller caller;
    private Caller stranger;
    private ProductId product;

    protected abstract Store open(Path directory);

    @BeforeEach
    void start(@TempDir Path made) {
        directory = made;
        store = open(directory);
        caller = newAccount();
        stranger = newAccount();
        product = store.products().add(caller.account(), "product", NOW).id();
        store.licenseKeys().add(caller.account(), product, KEY, NOW);
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = open(directory);
    }

    private Caller newAccount() {
        AccountNumber number = secrets.accountNumber();
        store.accounts().add(new Account(number, "account", SigningKey.generate(), false, NOW));
        return Caller.operator(number);
    }

    private KeepData data() {
        return new KeepData(store.dataObjects(), store.products(), store.licenseKeys(), MOST_OBJECTS);
    }

    private ManageCustomers customers() {
        return new ManageCustomers(store.customers(), secrets, clock);
    }

    private ChangeKeys changeKeys() {
        return new ChangeKeys(
                store.accounts(),
                store.products(),
                store.licenseKeys(),
                store.licenses(),
                store.keyTemplates(),
                customers(),
                store.transactions(),
                secrets,
                clock);
    }

    private UseKeys useKeys() {
        return new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock);
    }

    private ReadKeys readKeys() {
        return new ReadKeys(store.products(), store.licenseKeys());
    }

    private static <T> T of(Outcome<T> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Success.class);
        return ((Outcome.Success<T>) outcome).value();
    }

    private static Refusal no(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused<?>) outcome).refusal();
    }

    // Data objects

    private Outcome<DataOwner> atKey() {
        return data().owner(caller, new KeepData.Place(Optional.of(product), Optional.of(KEY), Optional.empty()));
    }

    private DataObject object(int number) {
        return of(data().add(caller, atKey(), new DataObjects.Content("uses", "text 🎬", number), true));
    }

    @Test
    void dataObjects_ofEveryOwner_areApart_andThereAfterReopen() {
        KeepData.Place ofKey = new KeepData.Place(Optional.of(product), Optional.of(KEY), Optional.empty());
        List<KeepData.Place> places = List.of(
                KeepData.Place.ACCOUNT,
                new KeepData.Place(Optional.of(product), Optional.empty(), Optional.empty()),
                ofKey,
                new KeepData.Place(Optional.of(product), Optional.of(KEY), Optional.of("machine")),
                new KeepData.Place(Optional.of(product), Optional.of(KEY), Optional.of("Machine")));
        List<DataObject> added = places.stream()
                .map(place -> of(data().add(
                                caller,
                                data().owner(caller, place),
                                new DataObjects.Content("name", "of " + place, -5),
                                true)))
                .toList();

        reopen();

        for (int i = 0; i < places.size(); i++) {
            assertThat(of(data().list(caller, data().owner(caller, places.get(i)), "")))
                    .containsExactly(added.get(i));
        }
        assertThat(of(data().listAll(caller, "", 0, 100))).isEqualTo(added);
        assertThat(of(data().listAll(caller, "NAM", added.get(2).id().value(), 1)))
                .containsExactly(added.get(3));
        assertThat(of(data().listAll(caller, "n%e", 0, 100))).isEmpty();
        LicenseKey key = store.licenseKeys().find(product, KEY).orElseThrow();
        assertThat(store.licenseKeys().use(key.id()).data()).containsExactly(added.get(2));
    }

    @Test
    void dataObject_ofAnotherAccount_isNotThere() {
        DataObject object = object(1);

        assertThat(no(data().find(stranger, object.id()))).isEqualTo(new Refusal.NotFound(Refusal.Kind.DATA_OBJECT));
        assertThat(no(data().count(stranger, data().reached(stranger, object.id()), 1, 0, 9)))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.DATA_OBJECT));
        assertThat(no(data().owner(stranger, ((DataOwner.OfKey) object.owner()).key())))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY));
        assertThat(of(data().listAll(stranger, "", 0, 100))).isEmpty();
    }

    @Test
    void addDataObject_sameNameByManyAtOnce_unique_addsOne() {
        List<Outcome<DataObject>> outcomes =
                AtOnce.run(16, i -> data().add(caller, atKey(), new DataObjects.Content("n", "", i), true));

        assertThat(outcomes).filteredOn(Outcome.Success.class::isInstance).hasSize(1);
        assertThat(outcomes)
                .filteredOn(Outcome.Refused.class::isInstance)
                .extracting(KeysContract::no)
                .containsOnly(new Refusal.AlreadyExists(Refusal.Kind.DATA_OBJECT, "n"));
    }

    @Test
    void addDataObject_onePastTheLimit_isRefused() {
        AtOnce.run(MOST_OBJECTS, i -> data().add(caller, atKey(), new DataObjects.Content("n", "", i), false));

        assertThat(no(data().add(caller, atKey(), new DataObjects.Content("n", "", 0), false)))
                .isEqualTo(new Refusal.TooMany(Refusal.Kind.DATA_OBJECT, MOST_OBJECTS));
        assertThat(of(data().list(caller, atKey(), ""))).hasSize(MOST_OBJECTS);
    }

    @Test
    void addDataObject_longTexts_takesThoseAtTheLimitAlone() {
        String name = "🎬".repeat(DataObject.MAX_NAME);
        String text = "🎬".repeat(DataObject.MAX_TEXT);

        assertThat(of(data().add(caller, atKey(), new DataObjects.Content(name, text, 0), true))
                        .text())
                .isEqualTo(text);
        assertThat(no(data().add(caller, atKey(), new DataObjects.Content(name + "x", "", 0), true)))
                .isInstanceOf(Refusal.InvalidField.class);
        assertThat(no(data().add(caller, atKey(), new DataObjects.Content("n", text + "x", 0), true)))
                .isInstanceOf(Refusal.InvalidField.class);
    }

    @Test
    void count_byManyAtOnce_losesNone() {
        DataObject object = object(0);

        AtOnce.run(
                64,
                i -> data().count(
                                caller,
                                Outcome.success(object),
                                i % 2 == 0 ? 3 : -1,
                                Integer.MIN_VALUE,
                                Integer.MAX_VALUE));

        assertThat(of(data().find(caller, object.id())).number()).isEqualTo(32 * 3 - 32);
    }

    @Test
    void count_upToABound_byManyAtOnce_reachesItAndNeverPasses() {
        DataObject object = object(0);

        List<Outcome<DataObject>> outcomes =
                AtOnce.run(32, i -> data().count(caller, Outcome.success(object), 1, Integer.MIN_VALUE, 10));

        assertThat(outcomes).filteredOn(Outcome.Success.class::isInstance).hasSize(10);
        assertThat(of(data().find(caller, object.id())).number()).isEqualTo(10);
    }

    @Test
    void count_overflow_isRefusedAndChangesNothing() {
        DataObject object = object(Integer.MAX_VALUE);

        assertThat(no(data().count(caller, Outcome.success(object), 1, Integer.MIN_VALUE, Integer.MAX_VALUE)))
                .isEqualTo(new Refusal.NumberOutOfBounds(Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE));
        assertThat(no(data().count(
                                caller,
                                data().setNumber(caller, Outcome.success(object), Integer.MIN_VALUE),
                                -1,
                                Integer.MIN_VALUE,
                                Integer.MAX_VALUE)))
                .isInstanceOf(Refusal.NumberOutOfBounds.class);
        assertThat(of(data().find(caller, object.id())).number()).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void setDataObject_thatChangedMeanwhile_isRefused() {
        DataObject seen = object(1);
        of(data().setNumber(caller, Outcome.success(seen), 2));

        assertThat(no(data().set(caller, Outcome.success(seen), seen::equals, Optional.of("other"), Optional.empty())))
                .isEqualTo(new Refusal.ChangedMeanwhile());
        assertThat(no(data().remove(caller, Outcome.success(seen), seen::equals)))
                .isEqualTo(new Refusal.ChangedMeanwhile());
        of(data().remove(caller, Outcome.success(seen), Expected.anything()));
        assertThat(no(data().remove(caller, Outcome.success(seen), Expected.anything())))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.DATA_OBJECT));
    }

    // Customers

    private static Customer.Details bob() {
        return new Customer.Details("Bob", "bob@example.com", "Ex % & Co", "notes");
    }

    @Test
    void customer_isFoundByIdSecretAndSearch_inItsAccountAlone() {
        Issued<Customer> added = of(customers().add(caller, bob(), Optional.of(new Secret("s"))));
        of(customers().add(caller, new Customer.Details("Alice", "", "", ""), Optional.empty()));

        reopen();

        CustomerId id = added.thing().id();
        assertThat(of(customers().find(caller, id))).isEqualTo(added.thing());
        assertThat(of(customers().find(caller, new Secret("s")))).isEqualTo(added.thing());
        assertThat(of(customers().list(caller, "x % &", 0, 10))).containsExactly(added.thing());
        assertThat(of(customers().list(caller, "x _ &", 0, 10))).isEmpty();
        assertThat(of(customers().list(caller, "", 0, 10))).hasSize(2);
        assertThat(no(customers().find(stranger, id))).isEqualTo(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
        assertThat(no(customers().find(stranger, new Secret("s"))))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
        assertThat(no(customers().add(caller, bob(), Optional.of(new Secret("s")))))
                .isInstanceOf(Refusal.AlreadyExists.class);
        assertThat(customers().add(stranger, bob(), Optional.of(new Secret("s"))))
                .isInstanceOf(Outcome.Success.class);
    }

    @Test
    void removeCustomer_leavesTheKeysToNobody() {
        CustomerId id =
                of(customers().add(caller, bob(), Optional.empty())).thing().id();
        of(changeKeys().setCustomer(caller, Optional.of(product), KEY, Optional.of(id)));
        assertThat(of(useKeys().show(caller, Optional.of(product), KEY)).use().customer())
                .map(Customer::details)
                .contains(bob());

        of(customers().remove(caller, id, Expected.anything()));

        assertThat(of(useKeys().show(caller, Optional.of(product), KEY)).use().customer())
                .isEmpty();
        assertThat(no(changeKeys().setCustomer(caller, Optional.of(product), KEY, Optional.of(id))))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
    }

    @Test
    void findOrAddCustomer_ofWhomNothingIsSaid_isSomebodyNew() {
        Customer.Details nothing = new Customer.Details("", "", "", "");
        Customer emailAlone = of(customers().findOrAdd(caller, new Customer.Details("", "a@example.com", "", "")));

        Customer first = of(customers().findOrAdd(caller, nothing));

        assertThat(first).isNotEqualTo(emailAlone);
        assertThat(of(customers().findOrAdd(caller, nothing))).isNotEqualTo(first);
        assertThat(of(customers().findOrAdd(caller, emailAlone.details()))).isEqualTo(emailAlone);
    }

    @Test
    void issue_toACustomerWhoIsRemovedAtOnce_isDoneOrToldSo() {
        ChangeKeys.Wanted wanted = new ChangeKeys.Wanted(1, KeyForm.LETTERS, 0, terms -> terms);
        CustomerId id =
                of(customers().add(caller, bob(), Optional.empty())).thing().id();

        List<Outcome<?>> outcomes = AtOnce.run(
                16,
                i -> i == 8
                        ? customers().remove(caller, id, Expected.anything())
                        : changeKeys().issue(caller, Optional.of(product), wanted, new ChangeKeys.For.Known(id)));

        assertThat(outcomes)
                .filteredOn(Outcome.Refused.class::isInstance)
                .extracting(KeysContract::no)
                .allMatch(new Refusal.NotFound(Refusal.Kind.CUSTOMER)::equals);
    }

    @Test
    void issue_toANewCustomer_byManyAtOnce_orTheSame_addsOne() {
        ChangeKeys.Wanted wanted = new ChangeKeys.Wanted(1, KeyForm.LETTERS, 0, terms -> terms);

        AtOnce.run(
                16, i -> changeKeys().issue(caller, Optional.of(product), wanted, new ChangeKeys.For.New(bob(), true)));

        List<Customer> all = of(customers().list(caller, "", 0, 100));
        assertThat(all).hasSize(1);
        LicenseKeys.Query his = new LicenseKeys.Query(
                Optional.empty(), Optional.of(all.getFirst().id()), "", 0);
        assertThat(store.licenseKeys().count(caller.account(), his)).isEqualTo(16);
        assertThat(no(changeKeys()
                        .issue(caller, Optional.of(product), wanted, new ChangeKeys.For.Known(new CustomerId(99_999)))))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
    }

    // Keys

    @Test
    void listKeys_bySearch_findsKeyNotesAndCustomer() {
        CustomerId id =
                of(customers().add(caller, bob(), Optional.empty())).thing().id();
        of(changeKeys().setCustomer(caller, Optional.of(product), KEY, Optional.of(id)));
        of(changeKeys().setNotes(caller, Optional.of(product), KEY, Optional.of("100% sure")));

        for (String search : List.of("key", "100%", "BOB@", "ex %", "")) {
            assertThat(of(readKeys().page(caller, Optional.of(product), search, false, 1))
                            .total())
                    .as(search)
                    .isEqualTo(1);
        }
        assertThat(of(readKeys().page(caller, Optional.of(product), "1_0", false, 1))
                        .total())
                .isZero();
    }

    @Test
    void listKeys_byTheirEnd_findsThoseThatRunOut_andAreNotBlocked() {
        for (int days : List.of(5, 10, 15)) {
            store.licenseKeys().add(caller.account(), product, List.of("D" + days), KeyTerms.issued(NOW, days), NOW);
        }
        of(changeKeys().setBlocked(caller, Optional.of(product), "D10", true));
        LicenseKeys.Query soon = new LicenseKeys.Query(
                Optional.of(product),
                Optional.empty(),
                "",
                Optional.of(NOW),
                Optional.of(NOW.plus(Duration.ofDays(12))),
                0);

        assertThat(store.licenseKeys().list(caller.account(), soon, false, 0, 10))
                .extracting(LicenseKey::key)
                .containsExactly("D5");
    }

    @Test
    void activate_moreNewMachinesThanTheKeyLetsIn_isRefusedUntilTheWindowHasPassed() {
        LicenseKey key = store.licenseKeys().find(product, KEY).orElseThrow();
        MachineRules rules =
                new MachineRules(1, List.of(), 0, Optional.of(new MachineRules.Churn(2, Duration.ofDays(30))));
        of(changeKeys().set(caller, key.id(), Expected.anything(), (terms, now) -> terms.withMachines(rules)));

        activateAndDeactivate("a");
        clock.advance(Duration.ofDays(10));
        activateAndDeactivate("b");
        clock.advance(Duration.ofDays(10));
        reopen();

        assertThat(no(activate("c"))).isEqualTo(new Refusal.TooManyNewMachines(2, Duration.ofDays(10)));
        clock.advance(Duration.ofDays(10).minusMillis(1));
        assertThat(no(activate("c"))).isInstanceOf(Refusal.TooManyNewMachines.class);
        clock.advance(Duration.ofMillis(1));
        of(activate("c"));
        of(activate("c"));
    }

    private Outcome<UseKeys.Report> activate(String machine) {
        return useKeys()
                .activate(
                        caller, Optional.of(product), KEY, new UseKeys.Device(machine, Optional.empty(), "127.0.0.1"));
    }

    private void activateAndDeactivate(String machine) {
        of(activate(machine));
        of(useKeys().deactivate(caller, Optional.of(product), KEY, machine));
    }

    @Test
    void checkedKey_isFoundAsPeopleTypeIt_andAMistypedOneIsToldSo() {
        ChangeKeys.Wanted wanted = new ChangeKeys.Wanted(1, KeyForm.CHECKED, 0, terms -> terms);
        String key = of(changeKeys().issue(caller, Optional.of(product), wanted))
                .getFirst()
                .key();
        String typed = key.toLowerCase(Locale.ROOT).replace("-", "");
        char last = key.charAt(key.length() - 1);

        assertThat(of(useKeys().show(caller, Optional.of(product), typed)).key().key())
                .isEqualTo(key);
        assertThat(no(useKeys()
                        .show(
                                caller,
                                Optional.of(product),
                                key.substring(0, key.length() - 1) + (last == '0' ? '1' : '0'))))
                .isEqualTo(new Refusal.KeyMistyped());
    }

    @Test
    void template_issuesKeysWithItsTerms_untilItIsRemoved() {
        KeyTemplate.Content content = new KeyTemplate.Content(
                "trial",
                14,
                Features.NONE.with(3, true).withNamed(List.of("export")),
                true,
                new MachineRules(2, List.of("a", "b"), 1, Optional.of(new MachineRules.Churn(3, Duration.ofDays(1)))));
        KeyTemplate added = of(changeKeys().addTemplate(caller, Optional.of(product), content));
        reopen();

        assertThat(of(changeKeys().templates(caller, 0, 10))).containsExactly(added);
        LicenseKey key = of(changeKeys().issue(caller, added.id()));
        KeyTerms terms = store.licenseKeys().use(key.id()).terms();
        assertThat(terms)
                .isEqualTo(KeyTerms.issued(NOW, 14)
                        .withFeatures(content.features())
                        .withMachinesExtend(true)
                        .withMachines(content.machines()));
        assertThat(no(changeKeys().issue(stranger, added.id()))).isEqualTo(new Refusal.NotFound(Refusal.Kind.TEMPLATE));
        of(changeKeys().removeTemplate(caller, added.id()));
        assertThat(no(changeKeys().issue(caller, added.id()))).isEqualTo(new Refusal.NotFound(Refusal.Kind.TEMPLATE));
    }

    @Test
    void issue_underALicense_endsWithItsTerm() {
        License month = store.licenses()
                .add(
                        caller.account(),
                        new Licenses.NewLicense(
                                "monthly",
                                LicenseType.SUBSCRIPTION_RECURRING,
                                new Price("9.90", "EUR"),
                                Optional.of(new Term(1, Term.Unit.MONTH))),
                        Optional.empty(),
                        NOW);
        ChangeKeys.Wanted wanted =
                new ChangeKeys.Wanted(1, KeyForm.CHECKED, 0, Optional.of(month.id()), terms -> terms);

        LicenseKey key =
                of(changeKeys().issue(caller, Optional.of(product), wanted)).getFirst();
        reopen();

        KeyTerms terms = store.licenseKeys().use(key.id()).terms();
        assertThat(terms.license()).contains(month.id());
        assertThat(terms.expiresAt()).isEqualTo(Instant.parse("2026-12-22T15:56:42Z"));
        assertThat(terms.period()).isEqualTo(30);
        assertThat(no(changeKeys()
                        .issue(
                                stranger,
                                Optional.of(store.products()
                                        .add(stranger.account(), "other", NOW)
                                        .id()),
                                wanted)))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.LICENSE));
    }

    // Messages

    @Test
    void messages_areNewestFirst_ofTheirChannel_andLaterThanAsked() {
        SendMessages messages = new SendMessages(store.messages(), clock);
        Message old = of(messages.send(caller, "stable", "old", Optional.of(NOW.minusSeconds(60))));
        Message now = of(messages.send(caller, "stable", "now", Optional.empty()));
        Message beta = of(messages.send(caller, "beta", "beta", Optional.of(NOW.plusSeconds(1))));
        reopen();
        messages = new SendMessages(store.messages(), clock);

        assertThat(of(messages.list(caller, Optional.empty(), Instant.EPOCH))).containsExactly(beta, now, old);
        assertThat(of(messages.list(caller, Optional.of("stable"), old.at()))).containsExactly(now);
        assertThat(of(messages.list(stranger, Optional.empty(), Instant.EPOCH))).isEmpty();
        assertThat(no(messages.remove(stranger, now.id()))).isEqualTo(new Refusal.NotFound(Refusal.Kind.MESSAGE));
        of(messages.remove(caller, now.id()));
        assertThat(of(messages.list(caller, Optional.of("stable"), Instant.EPOCH)))
                .containsExactly(old);
    }

    // The log of calls

    private KeyCall call(String machine, KeyCall.State state, Instant at) {
        return new KeyCall(
                0,
                product,
                Optional.of(KEY),
                "127.0.0.1",
                at,
                state,
                machine,
                Optional.of("Bob's " + machine),
                Optional.empty(),
                0,
                Optional.empty());
    }

    private static KeyCalls.Query all() {
        return new KeyCalls.Query(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                0,
                Long.MAX_VALUE,
                false,
                100);
    }

    @Test
    void keyCall_thatCanNotBeLogged_leavesNothingChanged() {
        LogKeyCalls log =
                new LogKeyCalls(store.keyCalls(), store.products(), store.transactions(), Duration.ofDays(30), clock);
        DataObject object = object(1);

        assertThatThrownBy(() ->
                        log.logged(caller, () -> data().count(caller, Outcome.success(object), 1, 0, 9), counted -> {
                            throw new IllegalStateException("made for this test");
                        }))
                .hasMessageContaining("made for this test");
        assertThat(of(data().find(caller, object.id())).number()).isEqualTo(1);

        of(log.logged(
                caller,
                () -> data().count(caller, Outcome.success(object), 1, 0, 9),
                counted -> Optional.of(call("a", KeyCall.State.CHANGED, NOW))));
        assertThat(of(data().find(caller, object.id())).number()).isEqualTo(2);
        assertThat(of(log.list(caller, all()))).hasSize(1);
    }

    @Test
    void keyCalls_areListedInTheirAccount_andForgottenWhenTheyAreOld() {
        LogKeyCalls log =
                new LogKeyCalls(store.keyCalls(), store.products(), store.transactions(), Duration.ofDays(30), clock);
        assertThat(log.log(caller, call("a", KeyCall.State.ACTIVATED, NOW)).await())
                .isTrue();
        assertThat(log.log(caller, call("b", KeyCall.State.ACTIVATION_REFUSED, NOW))
                        .await())
                .isTrue();
        assertThat(log.log(stranger, call("c", KeyCall.State.ACTIVATED, NOW)).await())
                .isFalse();

        reopen();
        log = new LogKeyCalls(store.keyCalls(), store.products(), store.transactions(), Duration.ofDays(30), clock);

        assertThat(of(log.list(caller, all()))).extracting(KeyCall::machine).containsExactly("a", "b");
        assertThat(of(log.list(stranger, all()))).isEmpty();
        Instant later = NOW.plus(Duration.ofDays(31));
        log.log(caller, call("d", KeyCall.State.ACTIVATED, later)).await();
        assertThat(of(log.list(caller, all()))).extracting(KeyCall::machine).containsExactly("d");
    }
}
