package dev.licet.cli;

import dev.licet.server.FirstCredentials;
import dev.licet.server.config.Settings;

/// What a new server tells its operator: the credentials, and a line to paste for each of the methods that most
/// begin with.
record Welcome(FirstCredentials first, String plain, String secure, Settings settings) {

    /// Lines to paste into a shell, and to keep.
    static String credentials(FirstCredentials first) {
        StringBuilder text = new StringBuilder(
                "# Licet has made this, and shows it once. Keep it; paste it into a shell to use it.\n");
        first.byName()
                .forEach((name, value) -> text.append("export ")
                        .append(name)
                        .append("='")
                        .append(value)
                        .append("'\n"));
        return text.toString();
    }

    private String cacert() {
        return "--cacert "
                + quoted(settings.certificateFiles()
                        .map(Settings.CertificateFiles::chain)
                        .orElse(settings.data().resolve("tls").resolve("cert.pem"))
                        .toAbsolutePath()
                        .toString());
    }

    /// A line to paste that shows the newest events.
    String someEvents() {
        return """
                # its newest events
                curl %s -H 'Authorization: Bearer %s' '%s/v1/events?limit=3'
                """.formatted(cacert(), first.accessToken(), secure);
    }

    String firstCalls() {
        String cacert = cacert();
        String gateway = plain + "/rest/v1/?apiKey=" + first.apiKey() + "&method=";
        String login = "-d username=" + first.username() + " -d password=" + first.password() + " -d account_number="
                + first.accountNumber() + " " + secure + "/session/login";
        return """
                # The console, for the name and the password above:
                # %9$s

                # Try it:

                # an event of a video site
                curl '%1$sveoh.people.logEvent&eventName=play&keys=video,quality&values=42,hd'

                # the terms of a license
                curl -d name=Weekend -d licenseType=videoRental -d price=1.99 -d timeUnits=day -d duration=2 '%1$sveoh.license.create'

                # a session: login, then ping
                curl %2$s -d session_key=$(curl -s %2$s %3$s | sed -n 's:.*<session_key>\\(.*\\)</session_key>.*:\\1:p') %4$s/session/ping

                # an event of a licensed program
                curl --data-urlencode token=%5$s -d ProductId=%6$d -d Key=%7$s -d FeatureName=Export -d EventName=start %8$s/api/ai/RegisterEvent
                """.formatted(
                        gateway,
                        cacert,
                        login,
                        secure,
                        first.accessToken(),
                        first.productId(),
                        first.licenseKey(),
                        plain,
                        console());
    }

    /// Where one signs in; over plain HTTP on this machine, where the certificate would only be in the way.
    private String console() {
        String server = plain.matches("http://(127\\.0\\.0\\.1|localhost|\\[::1]):.*") ? plain : secure;
        return server + "/console/sign-in?account=" + first.accountNumber() + "&username=" + first.username();
    }

    private static String quoted(String path) {
        return path.matches("[A-Za-z0-9_./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
