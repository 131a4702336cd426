package dev.licet.core.license;

import dev.licet.core.id.ProductId;
import dev.licet.core.id.TemplateId;

/// What keys are issued with, under a name: for who may issue nothing else.
public record KeyTemplate(TemplateId id, ProductId product, Content content) {

    /// @param period in days, 0 for no end
    public record Content(String name, int period, Features features, boolean machinesExtend, MachineRules machines) {

        KeyTerms on(KeyTerms issued) {
            return issued.withFeatures(features)
                    .withMachinesExtend(machinesExtend)
                    .withMachines(machines);
        }
    }
}
