package dev.licet.core.license;

/// What a license gives: the work for good, for a time, or for as long as it is paid for.
public enum LicenseType {
    OWN,
    RENTAL,
    SUBSCRIPTION_RECURRING,
    SUBSCRIPTION_NOT_RECURRING
}
