"""Writes and reads XMP packets: the mark for AI-made pictures, and our record.

The record stands as ASCII JSON in an element of our own namespace: any prompt survives XML,
and other programs that rewrite the packet. A stranger's packet is read by expat alone, without
entities, without a tree, and only so deep.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from xml.parsers import expat
from xml.sax.saxutils import escape

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OURS = "urn:evolink-widgets:xmp/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
AI_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""The IPTC's term for a picture made by a trained model."""
NOTE = "http://ns.adobe.com/xmp/note/"

MOST_BYTES = 8_000_000
_DEEPEST = 64
_RDF_END = re.compile(rb"</([A-Za-z_][\w.-]*:)?RDF\s*>")


class BadPacket(Exception):
    """It is no XMP packet that can be read; `str()` says why."""


def mark(*, simulated: bool) -> str:
    """Return the element that says "made by AI", and by what."""
    return (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about=""\n'
        f'  xmlns:Iptc4xmpExt="{IPTC}" xmlns:ew="{OURS}"\n'
        '  xmlns:xmp="http://ns.adobe.com/xap/1.0/">\n'
        f"<Iptc4xmpExt:DigitalSourceType>{AI_MADE}</Iptc4xmpExt:DigitalSourceType>\n"
        "<xmp:CreatorTool>evolink-widgets</xmp:CreatorTool>\n"
        f"<ew:Simulated>{simulated}</ew:Simulated>\n"
        "</rdf:Description>\n"
    )


def carrying(record: str) -> str:
    """Return the element that carries our record, ASCII JSON."""
    return (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" xmlns:ew="{OURS}">\n'
        f"<ew:Recipe>{escape(record)}</ew:Recipe>\n"
        "</rdf:Description>\n"
    )


def continued(guid: str) -> str:
    """Return the element that says the packet goes on in an extension (JPEG alone)."""
    return (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" xmlns:xmpNote="{NOTE}">\n'
        f"<xmpNote:HasExtendedXMP>{guid}</xmpNote:HasExtendedXMP>\n"
        "</rdf:Description>\n"
    )


def packet(*elements: str, into: bytes | None = None) -> bytes:
    """Return a packet with these elements, beside what the packet `into` holds already."""
    new = "".join(elements)
    ends = list(_RDF_END.finditer(into)) if into else []
    if into and ends:
        place = ends[-1].start()
        return into[:place] + new.encode("ascii") + into[place:]
    opening = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    return (opening + tree(new).decode("ascii") + '<?xpacket end="w"?>').encode()


def tree(elements: str) -> bytes:
    """Return the elements as a tree without a packet's wrapping, as extensions have it."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF xmlns:rdf="{RDF}">\n{elements}'
        "</rdf:RDF>\n</x:xmpmeta>\n"
    ).encode("ascii")


def read(data: bytes, wanted: str) -> str | None:
    """Return the text of one property in a packet; `None` where it is not there.

    Args:
        data: the packet; it may come from a stranger.
        wanted: the property, as its namespace, a space and its name.

    Raises:
        BadPacket: it is too large, too deep, not XML, or brings a document type of its own.
    """
    if len(data) > MOST_BYTES:
        raise BadPacket(f"its XMP has {len(data):,} bytes")
    reader = _Reader(wanted)
    try:
        return reader.read(data)
    except expat.ExpatError as exc:
        raise BadPacket(f"its XMP is no XML ({exc})") from exc
    except (UnicodeError, LookupError, ValueError) as exc:
        raise BadPacket(f"its XMP can't be decoded ({exc})") from exc


class _Reader:
    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.depth = 0
        self.inside = False
        self.text: list[str] = []
        self.found: str | None = None

    def read(self, data: bytes) -> str | None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        # Padding may follow the packet, NULs too; in UTF-16 a NUL is half a letter.
        wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        parser.Parse(data if wide else data.strip(b"\x00 \r\n\t"), True)
        return self.found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadPacket(f"its XMP is nested more than {_DEEPEST} deep")
        if name == self.wanted:
            self.inside, self.text = True, []
        # Other programs write short properties as attributes.
        self.found = attributes.get(self.wanted, self.found)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if name == self.wanted:
            self.inside, self.found = False, "".join(self.text)

    def _characters(self, text: str) -> None:
        if self.inside:
            self.text.append(text)

    def _refuse(self, *_declared: object) -> None:
        raise BadPacket("its XMP brings a document type of its own")
