package dev.licet.dialect.cryptolens;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.gate.Gate;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.Signer;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.LockToKey;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.ReadKeyUsage;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.UseKeys;
import dev.licet.core.message.SendMessages;
import dev.licet.core.session.HoldSeats;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Descriptions;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Paths;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The web API of a licensing service, `/api/{group}/{Method}`. Paths are taken as its clients send them: in any
/// case, with doubled slashes, with one at the end.
public final class CryptolensDialect implements Dialect {
    private static final System.Logger LOG = System.getLogger(CryptolensDialect.class.getName());
    private static final List<String> READING = List.of("GET", "POST");
    private static final List<String> WRITING = List.of("POST");

    /// One method once its caller is known.
    @FunctionalInterface
    interface Method {
        Pending<Answer> answer(Caller caller, Request request, Fields fields);
    }

    /// One method whose work is done when it returns.
    @FunctionalInterface
    private interface DoneMethod {
        Answer answer(Caller caller, Request request, Fields fields);
    }

    /// @param replies with the words of its group
    private record Served(Route route, Method method, Replies replies) {}

    private final Gate gate;
    private final Limits limits;
    private final Replies replies;
    private final List<String> writing;
    private final Map<String, Served> served = new LinkedHashMap<>();
    private final String quick = normalized("/api/AI/RegisterEvent");

    /// The use cases that the methods call.
    public record UseCases(
            RecordEvents recordEvents,
            ReadEvents readEvents,
            UseKeys useKeys,
            HoldSeats holdSeats,
            ChangeKeys changeKeys,
            ReadKeys readKeys,
            LockToKey lockToKey,
            KeepData keepData,
            ManageCustomers customers,
            SendMessages messages,
            LogKeyCalls log,
            ReadKeyUsage keyUsage) {}

    /// @param errorStatus whether an error has an HTTP status of its own; 200 when not
    /// @param getWrites whether GET is taken for what stores something
    public CryptolensDialect(
            Gate gate,
            UseCases useCases,
            Signer signer,
            Idempotency idempotency,
            Limits limits,
            boolean errorStatus,
            boolean getWrites) {
        this.gate = gate;
        this.limits = limits;
        this.writing = getWrites ? READING : WRITING;
        this.replies = Replies.ofEvents(errorStatus);
        addEvents(useCases, idempotency);
        Replies usual = Replies.usual(errorStatus);
        Writes writes = new Writes(idempotency, useCases.log(), usual);
        addKeys(useCases, signer, writes, usual);
        addMessages(new MessageMethods(useCases.messages(), writes, usual), usual);
        Replies ofCustomers = Replies.ofCustomers(errorStatus);
        addCustomers(useCases, new Writes(idempotency, useCases.log(), ofCustomers), ofCustomers);
        Replies ofData = Replies.ofData(errorStatus);
        addData(
                new DataMethods(useCases.keepData(), new Writes(idempotency, useCases.log(), ofData), limits, ofData),
                ofData);
    }

    private void addEvents(UseCases useCases, Idempotency idempotency) {
        EventMethods events =
                new EventMethods(useCases.recordEvents(), useCases.readEvents(), idempotency, limits, replies);
        add("AI/RegisterEvent", writing, replies, events::registerEvent);
        add("AI/RegisterEvents", writing, replies, events::registerEvents);
        add("AI/GetEvents", READING, replies, done((caller, request, fields) -> events.getEvents(caller, fields)));
        LogMethods log = new LogMethods(useCases.log(), limits, replies);
        add("AI/GetWebAPILog", READING, replies, done(log::getWebApiLog));
        UsageMethods usage = new UsageMethods(useCases.keyUsage(), limits, replies);
        add("AI/GetDailyAggregates", READING, replies, done(usage::getDailyAggregates));
        add("AI/GetKeyUsageSummaries", READING, replies, done(usage::getKeyUsageSummaries));
        add("AI/GetKeyDevices", READING, replies, done(usage::getKeyDevices));
        add("AI/GetLicenseActivityBuckets", READING, replies, done(usage::getLicenseActivityBuckets));
        add("Subscription/RecordUsage", writing, replies, events::recordUsage);
    }

    private void addKeys(UseCases useCases, Signer signer, Writes writes, Replies usual) {
        KeyMethods keys = new KeyMethods(
                useCases.useKeys(),
                useCases.holdSeats(),
                useCases.changeKeys(),
                useCases.lockToKey(),
                new Signatures(signer),
                writes,
                limits,
                usual);
        add("Key/GetKey", READING, usual, done(keys::getKey));
        Map<String, DoneMethod> changing = new LinkedHashMap<>();
        changing.put("Activate", keys::activate);
        changing.put("Deactivate", keys::deactivate);
        changing.put("CreateKey", keys::createKey);
        changing.put("CreateTrialKey", keys::createTrialKey);
        changing.put("CreateKeyFromTemplate", keys::createKeyFromTemplate);
        changing.put("ExtendLicense", keys::extendLicense);
        changing.put("AddFeature", keys::addFeature);
        changing.put("RemoveFeature", keys::removeFeature);
        changing.put("BlockKey", keys::blockKey);
        changing.put("UnblockKey", keys::unblockKey);
        changing.put("MachineLockLimit", keys::machineLockLimit);
        changing.put("ChangeNotes", keys::changeNotes);
        changing.put("ChangeCustomer", keys::changeCustomer);
        changing.put("TrialActivation", keys::trialActivation);
        changing.forEach((name, method) -> add("Key/" + name, writing, usual, done(method)));
        add("Auth/KeyLock", writing, usual, done(keys::keyLock));
        ProductMethods products = new ProductMethods(useCases.readKeys(), useCases.useKeys(), usual);
        add("Product/GetProducts", READING, usual, done(products::getProducts));
        add("Product/GetKeys", READING, usual, done(products::getKeys));
    }

    private void addMessages(MessageMethods messages, Replies usual) {
        add("Message/GetMessages", READING, usual, done(messages::getMessages));
        add("Message/CreateMessage", writing, usual, done(messages::createMessage));
        add("Message/RemoveMessage", writing, usual, done(messages::removeMessage));
    }

    private void addCustomers(UseCases useCases, Writes writes, Replies ofCustomers) {
        CustomerMethods customers =
                new CustomerMethods(useCases.customers(), useCases.readKeys(), useCases.useKeys(), writes, ofCustomers);
        add("Customer/AddCustomer", writing, ofCustomers, done(customers::addCustomer));
        add("Customer/EditCustomer", writing, ofCustomers, done(customers::editCustomer));
        add("Customer/RemoveCustomer", writing, ofCustomers, done(customers::removeCustomer));
        add("Customer/GetCustomers", READING, ofCustomers, done(customers::getCustomers));
        add("Customer/GetCustomerLicenses", READING, ofCustomers, done(customers::getCustomerLicenses));
        add("Customer/GetCustomerLicensesBySecret", READING, ofCustomers, done(customers::getCustomerLicensesBySecret));
    }

    private void addData(DataMethods data, Replies ofData) {
        for (DataMethods.Form form : DataMethods.Form.values()) {
            add(form, "ListDataObjects", READING, ofData, data::list);
            add(form, "AddDataObject", writing, ofData, data::add);
            add(form, "IncrementIntValue", writing, ofData, data::increment);
            add(form, "DecrementIntValue", writing, ofData, data::decrement);
            add(form, "SetIntValue", writing, ofData, data::setNumber);
            add(form, "SetStringValue", writing, ofData, data::setText);
            add(form, "RemoveDataObject", writing, ofData, data::remove);
        }
    }

    /// A method of the group Data in one of its forms.
    @FunctionalInterface
    private interface DataMethod {
        Answer answer(DataMethods.Form form, Caller caller, Request request, Fields fields);
    }

    private void add(DataMethods.Form form, String name, List<String> verbs, Replies replies, DataMethod method) {
        add(
                "Data/" + form.of(name),
                verbs,
                replies,
                done((caller, request, fields) -> method.answer(form, caller, request, fields)));
    }

    private static Method done(DoneMethod method) {
        return (caller, request, fields) -> Pending.done(method.answer(caller, request, fields));
    }

    private void add(String name, List<String> verbs, Replies replies, Method method) {
        String path = normalized("/api/" + name);
        served.put(path, new Served(new Route(name, verbs, "/api/" + name), method, replies));
    }

    @Override
    public String name() {
        return "cryptolens";
    }

    @Override
    public boolean claims(String path) {
        return normalized(path).startsWith("/api/");
    }

    @Override
    public List<Route> routes() {
        return served.values().stream().map(Served::route).toList();
    }

    @Override
    public Optional<byte[]> description() {
        return Optional.of(Descriptions.of(CryptolensDialect.class));
    }

    @Override
    public boolean isQuick(Request head) {
        return normalized(head.path()).equals(quick) && !Idempotency.hasKey(head);
    }

    @Override
    public Answer answer(Request request) {
        return begin(request).await();
    }

    @Override
    public Pending<Answer> begin(Request request) {
        String path = normalized(request.path());
        @Nullable Served called = served.get(path);
        if (called == null) {
            return Pending.done(replies.fault(Fault.UNKNOWN_PATH));
        }
        List<String> verbs = called.route().verbs();
        if (!verbs.contains(request.verb())) {
            return Pending.done(replies.fault(Fault.WRONG_VERB).with("Allow", String.join(", ", verbs)));
        }
        LOG.log(DEBUG, "method {0}", path);
        try {
            Fields fields = Fields.of(request, limits);
            Outcome<Caller> caller = fields.text("token")
                    .map(token -> gate.bearer(new Secret(token)))
                    .orElseGet(() -> Outcome.refused(new Refusal.UnknownAccessToken()));
            return switch (caller) {
                case Outcome.Refused<Caller>(Refusal refusal) ->
                    Pending.done(called.replies().refusal(refusal));
                case Outcome.Success<Caller>(Caller who) -> called.method().answer(who, request, fields);
            };
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return Pending.done(replies.fault(e.fault()));
        }
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return replies.fault(fault);
    }

    private static String normalized(String path) {
        return Paths.canonical(path).toLowerCase(Locale.ROOT);
    }
}
