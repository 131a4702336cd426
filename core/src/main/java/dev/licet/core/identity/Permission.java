package dev.licet.core.identity;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a caller may do. The name on the wire and the command line follows what clients of the licensing
/// service know.
public enum Permission {
    REGISTER_EVENT("RegisterEvent"),
    GET_EVENTS("GetEvents"),
    GET_INSIGHTS("UsageAnalytics"),
    EDIT_INSIGHTS("EditInsights"),
    CREATE_LICENSE("CreateLicense"),
    ACTIVATE("Activate"),
    GET_KEY("GetKey"),
    DEACTIVATE("Deactivate"),
    CREATE_KEY("CreateKey"),
    CREATE_TRIAL_KEY("CreateTrialKey"),
    EXTEND_LICENSE("ExtendLicense"),
    ADD_FEATURE("AddFeature"),
    REMOVE_FEATURE("RemoveFeature"),
    BLOCK_KEY("BlockKey"),
    UNBLOCK_KEY("UnblockKey"),
    MACHINE_LOCK_LIMIT("MachineLockLimit"),
    CHANGE_NOTES("ChangeNotes"),
    TRIAL_ACTIVATION("TrialActivation"),
    GET_PRODUCTS("GetProducts"),
    GET_KEYS("GetKeys"),
    CHANGE_CUSTOMER("ChangeCustomer"),
    CREATE_KEY_FROM_TEMPLATE("CreateKeyFromTemplate"),
    ADD_DATA_OBJECT("AddDataObject"),
    LIST_DATA_OBJECTS("ListDataObjects"),
    SET_INT_VALUE("SetIntValue"),
    SET_STRING_VALUE("SetStringValue"),
    INCREMENT_INT_VALUE("IncrementIntValue"),
    DECREMENT_INT_VALUE("DecrementIntValue"),
    REMOVE_DATA_OBJECT("RemoveDataObject"),
    ADD_CUSTOMER("AddCustomer"),
    EDIT_CUSTOMER("EditCustomer"),
    REMOVE_CUSTOMER("RemoveCustomer"),
    GET_CUSTOMERS("GetCustomers"),
    GET_CUSTOMER_LICENSES("GetCustomerLicenses"),
    GET_CUSTOMER_LICENSES_BY_SECRET("GetCustomerLicensesBySecret"),
    GET_MESSAGES("GetMessages"),
    EDIT_MESSAGES("EditMessages"),
    SELL("Sell"),
    GET_PURCHASES("GetPurchases"),
    GET_LICENSES("GetLicenses"),
    GET_AUDIT("GetAudit"),
    GET_CHANGES("GetChanges"),
    RECORD_USAGE("Subscription"),
    GET_WEB_API_LOG("GetWebAPILog"),
    ERASE_EVENTS("EraseEvents"),
    /// Users, applications, tokens and products of the caller's own account.
    MANAGE("Manage"),
    /// The accounts of this installation, and what belongs to them: the operator's.
    OPERATE("Operate");

    private final String label;

    Permission(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public static Optional<Permission> parse(String label) {
        return Arrays.stream(values())
                .filter(permission -> permission.label.equalsIgnoreCase(label))
                .findFirst();
    }

    public static String labels() {
        return Arrays.stream(values()).map(Permission::label).collect(Collectors.joining(", "));
    }
}
