/// The REST gateway of a video site: one path, the method in a parameter, XML answers.
@NullMarked
package dev.licet.dialect.veoh;

import org.jspecify.annotations.NullMarked;
