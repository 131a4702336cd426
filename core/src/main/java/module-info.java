/// The domain: what is licensed, what runs, what was used. It needs the JDK's base module and nothing else,
/// and this file makes the compiler hold it to that.
@org.jspecify.annotations.NullMarked
module dev.licet.core {
    requires static org.jspecify;

    exports dev.licet.core;
    exports dev.licet.core.audit;
    exports dev.licet.core.checkup;
    exports dev.licet.core.customer;
    exports dev.licet.core.disk;
    exports dev.licet.core.event;
    exports dev.licet.core.gate;
    exports dev.licet.core.id;
    exports dev.licet.core.identity;
    exports dev.licet.core.insight;
    exports dev.licet.core.license;
    exports dev.licet.core.message;
    exports dev.licet.core.offline;
    exports dev.licet.core.once;
    exports dev.licet.core.removal;
    exports dev.licet.core.sale;
    exports dev.licet.core.session;
    exports dev.licet.core.store;
    exports dev.licet.core.system;
}
