package dev.licet.cli;

import dev.licet.server.FirstCredentials;
import dev.licet.server.config.Settings;

/// What a new server tells its operator: the credentials, and a line to paste for each of the methods that most
/// begin with.
record Welcome(FirstCredentials first, String plain, String secure, Settings settings) {

    static String credentials(FirstCredentials first) {
        StringBuilder text = new StringBuilder("Licet has made this, and shows it once:\n\n");
        first.byName().forEach((name, value) -> text.append(String.format("  %-18s %s%n", name, value)));
        return text.toString();
    }

    String examples() {
        StringBuilder text = new StringBuilder();
        String cacert = "--cacert "
                + quoted(settings.certificateFiles()
                        .map(Settings.CertificateFiles::chain)
                        .orElse(settings.data().resolve("tls").resolve("cert.pem"))
                        .toAbsolutePath()
                        .toString());
        text.append("Try it:\n\n");
        text.append("# an event of a video site\n");
        text.append("curl '").append(plain).append("/rest/v1/?method=veoh.people.logEvent&apiKey=");
        text.append(first.apiKey()).append("&eventName=play&keys=video,quality&values=42,hd'\n\n");
        text.append("# a license\n");
        text.append("curl -d name=Weekend -d licenseType=videoRental -d price=1.99 -d timeUnits=day -d duration=2 '");
        text.append(plain).append("/rest/v1/?method=veoh.license.create&apiKey=");
        text.append(first.apiKey()).append("'\n\n");
        text.append("# a session: login, then ping\n");
        text.append("curl ").append(cacert).append(" -d session_key=$(curl -s ").append(cacert);
        text.append(" -d username=")
                .append(first.username())
                .append(" -d password=")
                .append(first.password());
        text.append(" -d account_number=").append(first.accountNumber());
        text.append(" ").append(secure).append("/session/login");
        text.append(" | sed -n 's:.*<session_key>\\(.*\\)</session_key>.*:\\1:p') ");
        text.append(secure).append("/session/ping\n\n");
        text.append("# an event of a licensed program\n");
        text.append("curl --data-urlencode token=").append(first.accessToken());
        text.append(" -d ProductId=")
                .append(first.productId())
                .append(" -d Key=")
                .append(first.licenseKey());
        text.append(" -d FeatureName=Export -d EventName=start ");
        text.append(plain).append("/api/ai/RegisterEvent\n");
        return text.toString();
    }

    private static String quoted(String path) {
        return path.matches("[A-Za-z0-9_./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
