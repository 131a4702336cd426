package dev.licet.demo;

import dev.licet.core.customer.Customer;
import java.util.List;

/// Somebody who has something of the vendor: a customer of the program, or a viewer of lessons.
///
/// @param number counted from 0 over all @param details as the vendor keeps them of customers
/// @param zeal how much they use what they have; 1 is usual
record Client(
        int number, boolean isViewer, Customer.Details details, Market market, List<Machine> machines, double zeal) {
    Client {
        machines = List.copyOf(machines);
    }

    /// As the vendor's own system knows viewers.
    String viewer() {
        return "viewer-" + number;
    }
}
