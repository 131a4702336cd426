package dev.licet.dialect.cryptolens;

import dev.licet.core.customer.Customer;
import dev.licet.core.license.Activation;
import dev.licet.core.license.DataObject;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.UseKeys;
import dev.licet.core.session.Seat;
import dev.licet.dialect.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A key as clients read it, in its three forms: the bytes that are signed as they are, a plain object, and the text
/// that the object's own signature is over. Times are in UTC, of whole seconds.
///
/// @param machines that are shown
/// @param modelVersion 3 and later show more of each machine
record KeyDocument(UseKeys.Report report, List<Machine> machines, long modelVersion) {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    static final int NEWEST_MODEL = 3;

    /// The data object in which clients look for features that go by a name: a JSON list of them.
    private static final String NAMED_FEATURES = "cryptolens_features";

    /// With the machines that the key runs on.
    static KeyDocument of(UseKeys.Report report, long modelVersion) {
        return new KeyDocument(
                report, report.use().activations().stream().map(Machine::of).toList(), modelVersion);
    }

    /// With the machine that holds a seat.
    static KeyDocument of(UseKeys.Report report, Seat seat, long modelVersion) {
        return new KeyDocument(report, List.of(Machine.of(seat)), modelVersion);
    }

    /// The member `licenseKeys`: each is read when it is written, since what is kept at one can be a megabyte.
    static void writeAll(JsonGenerator json, List<LicenseKey> keys, UseKeys useKeys) {
        json.writeArrayPropertyStart("licenseKeys");
        for (LicenseKey key : keys) {
            of(useKeys.report(key), NEWEST_MODEL).writeObject(json, "");
        }
        json.writeEndArray();
    }

    /// A machine as clients know it. Those that hold a seat have a prefix, which clients cut off.
    ///
    /// @param floatingUntil when its seat lapses; empty for a machine that holds none
    private record Machine(
            String id, Optional<String> friendlyName, String address, Instant at, Optional<Instant> floatingUntil) {
        static Machine of(Activation activation) {
            return new Machine(
                    activation.machine(),
                    activation.friendlyName(),
                    activation.address(),
                    activation.at(),
                    Optional.empty());
        }

        static Machine of(Seat seat) {
            String prefix = seat.overdraft() ? "floating:overdraft:" : "floating:";
            return new Machine(
                    prefix + seat.machine(),
                    seat.friendlyName(),
                    seat.address(),
                    seat.since(),
                    Optional.of(seat.until()));
        }
    }

    /// ISO 8601 without a zone.
    static String text(Instant time) {
        return ISO.format(time);
    }

    /// How names and times are spelled.
    private enum Form {
        /// Names begin in upper case, times are seconds since 1970.
        BLOB,
        /// Names begin in lower case, times are ISO 8601 without a zone.
        OBJECT;

        String name(String name) {
            return this == BLOB
                    ? name
                    : name.equals("ID") || name.equals("IP")
                            ? name.toLowerCase(Locale.ROOT)
                            : Character.toLowerCase(name.charAt(0)) + name.substring(1);
        }

        void write(JsonGenerator json, String name, Instant time) {
            if (this == BLOB) {
                json.writeNumberProperty(name(name), time.getEpochSecond());
            } else {
                json.writeStringProperty(name(name), ISO.format(time));
            }
        }
    }

    private LicenseKey key() {
        return report.key();
    }

    private KeyTerms terms() {
        return report.use().terms();
    }

    byte[] blob() {
        return Json.object(json -> write(json, Form.BLOB));
    }

    /// @param signature empty for none
    void writeObject(JsonGenerator json, String signature) {
        json.writeStartObject();
        write(json, Form.OBJECT);
        json.writeStringProperty("signature", signature);
        json.writeEndObject();
    }

    private void write(JsonGenerator json, Form form) {
        KeyTerms terms = terms();
        json.writeNumberProperty(form.name("ProductId"), key().product().value());
        json.writeNumberProperty(form.name("ID"), key().id().value());
        json.writeStringProperty(form.name("Key"), key().key());
        form.write(json, "Created", key().createdAt());
        form.write(json, "Expires", terms.expiresAt());
        json.writeNumberProperty(form.name("Period"), terms.period());
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            json.writeBooleanProperty(form.name("F" + feature), terms.features().has(feature));
        }
        writeText(json, form.name("Notes"), terms.notes().orElse(null));
        json.writeBooleanProperty(form.name("Block"), terms.blocked());
        json.writeNumberProperty(form.name("GlobalId"), key().id().value());
        write(json, form, report.use().customer());
        json.writeArrayPropertyStart(form.name("ActivatedMachines"));
        for (Machine machine : machines) {
            write(json, form, machine);
        }
        json.writeEndArray();
        json.writeBooleanProperty(form.name("TrialActivation"), terms.machinesExtend());
        json.writeNumberProperty(form.name("MaxNoOfMachines"), terms.machines().most());
        json.writeStringProperty(form.name("AllowedMachines"), allowedMachines());
        json.writeArrayPropertyStart(form.name("DataObjects"));
        for (Datum datum : data()) {
            json.writeStartObject();
            json.writeNumberProperty(form.name("Id"), datum.id());
            json.writeStringProperty(form.name("Name"), datum.name());
            json.writeStringProperty(form.name("StringValue"), datum.text());
            json.writeNumberProperty(form.name("IntValue"), datum.number());
            json.writeEndObject();
        }
        json.writeEndArray();
        form.write(json, "SignDate", report.signedAt());
        json.writeNullProperty(form.name("Reseller"));
    }

    /// A data object as clients read it. @param id 0 for the one that has the named features
    private record Datum(long id, String name, String text, int number) {}

    /// What is kept at the key, and its named features in the place where clients look for them, unless the vendor
    /// keeps something else there.
    private List<Datum> data() {
        List<Datum> data = new ArrayList<>();
        for (DataObject object : report.use().data()) {
            data.add(new Datum(object.id().value(), object.name(), object.text(), object.number()));
        }
        List<String> named = terms().features().named();
        if (!named.isEmpty() && data.stream().noneMatch(datum -> datum.name().equals(NAMED_FEATURES))) {
            data.add(new Datum(0, NAMED_FEATURES, FeatureTree.of(named), 0));
        }
        return data;
    }

    private static void write(JsonGenerator json, Form form, Optional<Customer> customer) {
        if (customer.isEmpty()) {
            json.writeNullProperty(form.name("Customer"));
            return;
        }
        json.writeObjectPropertyStart(form.name("Customer"));
        json.writeNumberProperty(form.name("Id"), customer.get().id().value());
        json.writeStringProperty(form.name("Name"), customer.get().details().name());
        json.writeStringProperty(form.name("Email"), customer.get().details().email());
        json.writeStringProperty(
                form.name("CompanyName"), customer.get().details().companyName());
        form.write(json, "Created", customer.get().createdAt());
        json.writeEndObject();
    }

    private void write(JsonGenerator json, Form form, Machine machine) {
        json.writeStartObject();
        json.writeStringProperty(form.name("Mid"), machine.id());
        json.writeStringProperty(form.name("IP"), machine.address());
        form.write(json, "Time", machine.at());
        if (modelVersion >= NEWEST_MODEL) {
            writeText(json, form.name("FriendlyName"), machine.friendlyName().orElse(null));
            if (machine.floatingUntil().isPresent()) {
                json.writeNumberProperty(
                        form.name("FloatingExpires"),
                        machine.floatingUntil().get().getEpochSecond());
            } else {
                json.writeNullProperty(form.name("FloatingExpires"));
            }
        }
        json.writeEndObject();
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String text) {
        if (text == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, text);
        }
    }

    private String allowedMachines() {
        return String.join("\n", terms().machines().allowed());
    }

    /// The values in their order with commas between: what the signature in the object is over.
    String canonicalText() {
        KeyTerms terms = terms();
        List<String> values = new ArrayList<>();
        values.add(Long.toString(key().product().value()));
        values.add(Long.toString(key().id().value()));
        values.add(key().key());
        values.add(ISO.format(key().createdAt()));
        values.add(ISO.format(terms.expiresAt()));
        values.add(Integer.toString(terms.period()));
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            values.add(text(terms.features().has(feature)));
        }
        values.add(terms.notes().orElse(""));
        values.add(text(terms.blocked()));
        values.add(Long.toString(key().id().value()));
        values.add(report.use().customer().map(KeyDocument::customerText).orElse(""));
        values.add(machinesText());
        values.add(text(terms.machinesExtend()));
        values.add(Integer.toString(terms.machines().most()));
        values.add(allowedMachines());
        values.add(dataText());
        values.add(ISO.format(report.signedAt()));
        values.add(""); // the signature itself
        return String.join(",", values);
    }

    private static String customerText(Customer customer) {
        Customer.Details details = customer.details();
        return String.join(
                ",", details.name(), details.email(), details.companyName(), ISO.format(customer.createdAt()));
    }

    private String dataText() {
        StringBuilder text = new StringBuilder("[");
        for (Datum datum : data()) {
            text.append(datum.id())
                    .append(',')
                    .append(datum.name())
                    .append(',')
                    .append(datum.text())
                    .append(',')
                    .append(datum.number())
                    .append(',');
        }
        return text.append(']').toString();
    }

    private String machinesText() {
        StringBuilder text = new StringBuilder("[");
        for (Machine machine : machines) {
            text.append(machine.id())
                    .append(',')
                    .append(machine.address())
                    .append(',')
                    .append(ISO.format(machine.at()))
                    .append(',');
        }
        return text.append(']').toString();
    }

    private static String text(boolean flag) {
        return flag ? "True" : "False";
    }
}
