package dev.licet.dialect.veoh;

/// The errors of this API: their numbers, and their texts word for word as its pages have them. Numbers from 900
/// up are our own.
enum VeohError {
    SERVICE_UNAVAILABLE(100, "The REST API service in temporarily unavailable"),
    WRITE_PERMISSION_REQUIRED(103, "This operation requires WRITE permission"),
    VERBOSE_NOT_INT(114, "The verbose level provided in the request is not a valid integer"),
    INVALID_VERBOSE(115, "The verbose level provided in the request is invalid, it has to be 0, 1,or 2"),
    NO_API_KEY_PROVIDED(117, "No api key has been provided in the request."),
    INVALID_API_KEY(118, "The api key provided in the url is not valid."),
    HTTPS_REQUIRED(128, "HTTPS protocol is required for one time authentication."),
    TOO_MANY_REQUESTS(131, "The number of requests made has exceeded the limit of this apiKey."),
    GAP_NOT_ENOUGH(132, "The request has to be made after a certain period of time associated with this apiKey"),
    INSUFFICIENT_PRIVILEGES(133, "This method is available to partners only."),
    NO_USER_NAME_PROVIDED(201, "No username has been provided in the request."),
    INVALID_USERNAME(203, "The username provided in the request is not valid. It has 3 to 40 letters and digits."),
    NO_PASSWORD_PROVIDED(220, "No password has been provided in the request."),
    LOGIN_FAILED(224, "The username or the password provided in the request is not valid. Authentication failed."),
    ARRAY_LENGTH_NOT_SAME(234, "The length of the keys array and that of the values array must be the same."),
    NO_KEYS_PROVIDED(236, "No 'keys' has been provided in the request."),
    NO_VALUES_PROVIDED(237, "No 'values' has been provided in the request."),
    NO_EVENT_NAME_PROVIDED(238, "No 'eventName' has been provided in the request."),
    INVALID_USER_TOKEN(247, "The userToken provided in the request is not valid."),
    USER_TOKEN_EXPIRED(248, "The userToken provided in the request has expired."),
    INVALID_TIME_UNITS(
            430,
            "The time unit provided in the request is not valid. A valid time unit has to be one of the following"
                    + " values: 'minute', 'hour', 'day', 'week', 'month', or 'year'."),
    INVALID_DURATION(431, "The duration provided in the request is not valid. It has to be a valid integer."),
    INVALID_PRICE(432, "The price provided in the request is not valid. It has to be a valid float number."),
    INVALID_NAME(442, "???rest.license.invalidName???"),
    FAILED(900, "The server failed. Its log says more."),
    UNKNOWN_METHOD(901, "The method provided in the request is missing or unknown."),
    WRONG_VERB(902, "The method does not take this HTTP method."),
    MALFORMED_REQUEST(903, "The request can't be read, or is over a limit of this server."),
    IDEMPOTENCY_KEY_REUSED(904, "The Idempotency-Key was used for another request."),
    INVALID_LICENSE_TYPE(
            941,
            "The licenseType provided in the request is not valid. It has to be one of the four values:"
                    + " 'subscriptionNoRecur', 'subscriptionRecur', 'videoOwn', or 'videoRental'");

    private final int number;
    private final String text;

    VeohError(int number, String text) {
        this.number = number;
        this.text = text;
    }

    int number() {
        return number;
    }

    /// The key of its text in a [dev.licet.dialect.TextTable].
    String key() {
        return "veoh." + number;
    }

    String text() {
        return text;
    }
}
