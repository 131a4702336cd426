package dev.licet.demo;

import java.util.List;

/// What was made. @param events that can be queried
public record Made(
        long events, long customers, long viewers, long purchases, long renewals, long refunds, long cancellations) {

    static Made of(Vendor vendor, long events) {
        List<Client> clients = vendor.clients();
        long viewers = clients.stream().filter(Client::isViewer).count();
        return new Made(
                events,
                clients.size() - viewers,
                viewers,
                count(vendor, Deed.Buys.class),
                count(vendor, Deed.Renews.class),
                count(vendor, Deed.Refunds.class),
                count(vendor, Deed.Cancels.class));
    }

    private static long count(Vendor vendor, Class<? extends Deed> kind) {
        return vendor.deeds().stream().filter(kind::isInstance).count();
    }
}
