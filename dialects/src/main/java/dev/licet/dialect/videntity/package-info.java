/// Sessions of an identity service: login, ping, logout, in XML envelopes.
@NullMarked
package dev.licet.dialect.videntity;

import org.jspecify.annotations.NullMarked;
