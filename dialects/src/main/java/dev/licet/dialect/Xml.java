package dev.licet.dialect;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// Writes small XML documents.
public final class Xml {
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newDefaultFactory();

    /// What goes into a document.
    @FunctionalInterface
    public interface Content {
        void writeTo(XMLStreamWriter xml) throws XMLStreamException;
    }

    private Xml() {}

    /// The document behind its declaration.
    public static String document(String declaration, Content content) {
        StringWriter text = new StringWriter();
        text.append(declaration).append('\n');
        try {
            XMLStreamWriter xml = FACTORY.createXMLStreamWriter(text);
            content.writeTo(xml);
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing XML to memory failed", e);
        }
        return text.append('\n').toString();
    }

    /// The text with a replacement mark for each character that XML 1.0 can't hold.
    public static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(c -> printable.appendCodePoint(isAllowed(c) ? c : 0xFFFD));
        return printable.toString();
    }

    private static boolean isAllowed(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || c >= 0x20 && c <= 0xD7FF
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000;
    }
}
