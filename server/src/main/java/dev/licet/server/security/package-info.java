/// What the JDK lacks for secrets: password hashes and self-made certificates.
@NullMarked
package dev.licet.server.security;

import org.jspecify.annotations.NullMarked;
