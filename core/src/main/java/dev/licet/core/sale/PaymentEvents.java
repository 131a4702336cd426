package dev.licet.core.sale;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.PaymentId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Tells the events of payments, each once, so that what was earned is where usage is. A payment is stored with the
/// change that it is for, and its event follows; after a crash in between it follows at the next start, under a request
/// key that makes it count once.
///
/// One thread of its own does the telling, in the order of payments. Safe for threads.
public final class PaymentEvents implements AutoCloseable {
    /// What the events have as the dialect that they came by.
    public static final String SOURCE = "sale";

    private static final System.Logger LOG = System.getLogger(PaymentEvents.class.getName());
    private static final int AT_ONCE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Purchases purchases;
    private final EventLog log;
    private final Clock clock;
    private final Semaphore work = new Semaphore(1); // what an earlier run did not tell
    private final Thread teller;
    private volatile boolean closed;

    public PaymentEvents(Purchases purchases, EventLog log, Clock clock) {
        this.purchases = purchases;
        this.log = log;
        this.clock = clock;
        this.teller = Thread.ofVirtual().name("payment-events").unstarted(this::run);
    }

    public void start() {
        teller.start();
    }

    /// There is a payment.
    public void wake() {
        work.release();
    }

    private void run() {
        boolean behind = false;
        while (!closed) {
            try {
                if (behind ? work.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) : acquired()) {
                    work.drainPermits();
                }
                behind = true;
                tellAll();
                behind = false;
            } catch (InterruptedException e) {
                return;
            } catch (Unavailable e) {
                LOG.log(System.Logger.Level.DEBUG, "payments wait to be told: {0}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.log(WARNING, "payments are not told to the events; it is tried again", e);
            }
        }
    }

    private boolean acquired() throws InterruptedException {
        work.acquire();
        return true;
    }

    /// Tells all that there is to tell.
    void tellAll() {
        while (!closed) {
            List<Purchases.Untold> untold = purchases.untold(AT_ONCE);
            if (untold.isEmpty()) {
                return;
            }
            untold.forEach(this::tell);
            purchases.told(untold.getLast().payment().id());
        }
    }

    private void tell(Purchases.Untold untold) {
        PaymentId id = untold.payment().id();
        Fingerprint content = Fingerprint.of(id.toString());
        log.append(new Submission(
                List.of(event(untold)),
                now(),
                Optional.of(RequestKey.of(List.of("payments"), id.toString(), content))));
    }

    /// What the events say of a payment.
    public static UsageEvent event(Purchases.Untold untold) {
        Payment payment = untold.payment();
        Purchase purchase = untold.purchase();
        long value = payment.amount().minorUnits().orElseThrow();
        return new UsageEvent(
                purchase.account(),
                SOURCE,
                Optional.empty(),
                payment.at(),
                Optional.of(payment.kind().name().toLowerCase(Locale.ROOT)),
                Optional.empty(),
                Optional.of(purchase.product()),
                Optional.of(untold.key()),
                Optional.empty(),
                purchase.buyer().viewer().or(() -> purchase.buyer().customer().map(customer -> "cus_" + customer)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(payment.kind() == Payment.Kind.REFUND ? -value : value),
                Optional.of(payment.amount().currency()),
                Optional.of("{\"purchase\":\"pur_" + purchase.id() + "\",\"license\":\"lic_" + purchase.license()
                        + "\",\"payment\":\"pay_" + payment.id() + "\",\"amount\":\""
                        + payment.amount().written() + "\"}"));
    }

    private Instant now() {
        return clock.instant();
    }

    /// What was not told is told at the next start.
    @Override
    public void close() {
        closed = true;
        teller.interrupt();
        try {
            teller.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
