package dev.licet.server.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Some addresses and networks.
public final class Networks {
    private record Network(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >>> (bit % 8);
                if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    /// Out of addresses (`10.1.2.3`, `::1`) and networks (`10.0.0.0/8`), separated by commas.
    ///
    /// @throws IllegalArgumentException for anything else; names are not looked up
    public static Networks parse(String text) {
        List<Network> networks = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                String[] halves = part.strip().split("/", 2);
                byte[] address = InetAddress.ofLiteral(halves[0]).getAddress();
                int bits = halves.length == 1 ? address.length * 8 : Integer.parseInt(halves[1]);
                if (bits < 0 || bits > address.length * 8) {
                    throw new IllegalArgumentException("not a network: " + part);
                }
                networks.add(new Network(address, bits));
            }
        }
        return new Networks(networks);
    }

    /// Whether a text is an address; names are not looked up.
    public static boolean isAddress(String text) {
        try {
            return !text.isEmpty() && InetAddress.ofLiteral(text).getAddress().length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Whether the address, as text, is one of these. A text that is no address is not.
    public boolean contain(String address) {
        if (networks.isEmpty()) {
            return false;
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return networks.stream().anyMatch(network -> network.contains(bytes));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
