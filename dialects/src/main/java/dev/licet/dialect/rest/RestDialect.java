package dev.licet.dialect.rest;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.audit.ReadChanges;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.disk.ReadDisk;
import dev.licet.core.event.ExportEvents;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.gate.Gate;
import dev.licet.core.gate.ReadQuotas;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.ManageAccounts;
import dev.licet.core.identity.ManageApplications;
import dev.licet.core.identity.ManageTokens;
import dev.licet.core.identity.ManageUsers;
import dev.licet.core.identity.Secret;
import dev.licet.core.insight.AskInsights;
import dev.licet.core.insight.KeepInsights;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.CreateLicense;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.ManageProducts;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.ReadLicenses;
import dev.licet.core.license.UseKeys;
import dev.licet.core.offline.IssueFiles;
import dev.licet.core.offline.ManageFileKeys;
import dev.licet.core.offline.MergeUsage;
import dev.licet.core.removal.RemoveEvents;
import dev.licet.core.sale.CheckLicense;
import dev.licet.core.sale.SellLicenses;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.system.ReadServer;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Descriptions;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Our own JSON API under `/v1/`: events, and what the operator's commands need.
public final class RestDialect implements Dialect {
    private static final System.Logger LOG = System.getLogger(RestDialect.class.getName());

    /// Where this API describes itself, to anybody.
    private static final String DESCRIPTION = "/openapi.json";

    private final Gate gate;
    private final Idempotency idempotency;
    private final Limits limits;
    private final SeatRoutes seats;
    private final PurchaseRoutes purchases;
    private final List<Endpoint> endpoints;
    private final byte[] description = Descriptions.of(RestDialect.class);

    /// The use cases that the routes call.
    public record UseCases(
            ManageAccounts accounts,
            ManageUsers users,
            ManageApplications applications,
            ReadQuotas quotas,
            ManageTokens tokens,
            ManageProducts products,
            ReadChanges readChanges,
            IssueFiles issueFiles,
            ManageFileKeys fileKeys,
            MergeUsage mergeUsage,
            CreateLicense createLicense,
            ReadLicenses readLicenses,
            SellLicenses sellLicenses,
            CheckLicense checkLicense,
            ChangeKeys changeKeys,
            ReadKeys readKeys,
            UseKeys useKeys,
            LogKeyCalls log,
            KeepData data,
            ManageCustomers customers,
            HoldSeats seats,
            RecordEvents recordEvents,
            ReadEvents readEvents,
            ExportEvents exportEvents,
            RemoveEvents removeEvents,
            ReadServer readServer,
            ReadDisk readDisk,
            AskInsights insights,
            KeepInsights keepInsights) {}

    public RestDialect(Gate gate, UseCases useCases, Idempotency idempotency, Limits limits, Clock clock) {
        this.gate = gate;
        this.idempotency = idempotency;
        this.limits = limits;
        this.seats = new SeatRoutes(useCases.seats());
        this.purchases = new PurchaseRoutes(useCases.sellLicenses(), useCases.checkLicense(), limits);
        InsightRoutes insights = new InsightRoutes(useCases.insights(), clock);
        this.endpoints = Stream.of(
                        new Events(useCases.recordEvents(), useCases.readEvents(), idempotency, limits, clock)
                                .endpoints(),
                        new ExportRoutes(useCases.exportEvents()).endpoints(),
                        new Management(useCases).endpoints(),
                        new KeyRoutes(useCases).endpoints(),
                        new LicenseRoutes(useCases.createLicense(), useCases.readLicenses()).endpoints(),
                        purchases.endpoints(),
                        new ChangeRoutes(useCases.readChanges()).endpoints(),
                        new FileRoutes(useCases.issueFiles(), useCases.fileKeys(), useCases.mergeUsage()).endpoints(),
                        new ErasureRoutes(useCases.removeEvents()).endpoints(),
                        new SystemRoutes(useCases.readServer(), useCases.readDisk()).endpoints(),
                        seats.endpoints(),
                        new DataRoutes(useCases.data()).endpoints(),
                        new CustomerRoutes(useCases.customers()).endpoints(),
                        insights.endpoints(),
                        new SavedInsightRoutes(useCases.keepInsights(), insights).endpoints())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public String name() {
        return "rest";
    }

    @Override
    public boolean claims(String path) {
        return path.equals(DESCRIPTION) || path.equals("/v1") || path.startsWith("/v1/");
    }

    @Override
    public List<Route> routes() {
        return Stream.concat(
                        Stream.of(new Route("GET " + DESCRIPTION, List.of("GET"), DESCRIPTION)),
                        endpoints.stream()
                                .map(endpoint -> new Route(
                                        endpoint.verb() + " " + endpoint.template(),
                                        List.of(endpoint.verb()),
                                        endpoint.template())))
                .toList();
    }

    @Override
    public Optional<byte[]> description() {
        return Optional.of(description.clone());
    }

    @Override
    public boolean streams(Request head) {
        return Events.streams(head);
    }

    @Override
    public boolean isQuick(Request head) {
        return (SeatRoutes.isPing(head) || PurchaseRoutes.isCheck(head)) && !Idempotency.hasKey(head);
    }

    @Override
    public Pending<Answer> begin(Request request) {
        return switch (caller(request)) {
            case Outcome.Refused<Caller>(Refusal refusal) -> Pending.done(Problems.answer(request, refusal));
            case Outcome.Success<Caller>(Caller who) ->
                PurchaseRoutes.isCheck(request) ? purchases.begin(who, request) : seats.begin(who, request);
        };
    }

    private Outcome<Caller> caller(Request request) {
        return bearer(request).map(gate::bearer).orElseGet(() -> Outcome.refused(new Refusal.UnknownAccessToken()));
    }

    @Override
    public Answer answer(Request request) {
        if (request.path().equals(DESCRIPTION)) {
            return request.verb().equals("GET")
                    ? Answer.of(200, Json.MEDIA_TYPE, description)
                    : refuse(request, Fault.WRONG_VERB).with("Allow", "GET");
        }
        return switch (caller(request)) {
            case Outcome.Refused<Caller>(Refusal refusal) -> Problems.answer(request, refusal);
            case Outcome.Success<Caller>(Caller who) -> answer(who, request);
        };
    }

    /// Answers for a caller who is known by other means: the command line on a stopped server's data.
    public Answer answer(Caller caller, Request request) {
        List<Endpoint> atPath = endpoints.stream()
                .filter(endpoint -> endpoint.matches(request.path()))
                .toList();
        if (atPath.isEmpty()) {
            return refuse(request, Fault.UNKNOWN_PATH);
        }
        Optional<Endpoint> endpoint = atPath.stream()
                .filter(known -> known.verb().equals(request.verb()))
                .findFirst();
        if (endpoint.isEmpty()) {
            return refuse(request, Fault.WRONG_VERB)
                    .with("Allow", atPath.stream().map(Endpoint::verb).collect(Collectors.joining(", ")));
        }
        try {
            Body body = endpoint.get().readsItself() ? Body.NONE : Body.of(request);
            Call call = new Call(caller, endpoint.get().argument(request.path()), body, request, limits);
            return endpoint.get().isOnce()
                    ? once(call, endpoint.get())
                    : endpoint.get().handler().answer(call);
        } catch (WrongField e) {
            return Problems.answer(request, new Refusal.InvalidField(e.field(), e.rule()));
        } catch (MalformedRequest e) {
            LOG.log(DEBUG, "malformed: {0}", e.getMessage());
            return refuse(request, e.fault());
        }
    }

    private Answer once(Call call, Endpoint endpoint) {
        Request request = call.request();
        String credential = bearer(request).map(Secret::value).orElse("");
        return idempotency.answer(
                request,
                Idempotency.Asker.of(call.caller(), credential),
                () -> {
                    Answer answer = endpoint.handler().answer(call);
                    return new Idempotency.Change(answer, answer.status() < 300);
                },
                refusal -> Problems.answer(request, refusal));
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return Problems.answer(request, fault);
    }

    /// The access token that a request carries in its header.
    public static Optional<Secret> bearer(Request request) {
        return request.headers()
                .first("authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> new Secret(value.substring(7).strip()));
    }
}
