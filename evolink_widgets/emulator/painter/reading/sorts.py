"""Sorts of nouns and small words: which hold others, are worn, come in pairs, name a part."""

from __future__ import annotations

from evolink_widgets.emulator.painter.reading.nouns import word_set

MOST_UNKNOWN = 3
CONTAINERS = word_set(
    """
    box jar can tube pouch dispenser flacon bottle bowl tumbler basket bag handbag cup bin pan
    dish envelope shelf cabinet cart wagon stand block factory sign shop board candle
    """
) | {"candle jar", "wine glass", "book cover"}
"""What tells by its label what is in it."""
SHOPS = frozenset(
    ("shop", "window display", "shop window", "store", "laden", "boutique", "tienda", "storefront")
)
CLOTHES = word_set("shirt dress trousers shoe heels sandal loafer tie glove sock")
OF = frozenset(("of", "de", "di", "von", "mit"))
TELLING = OF | {"by", "style", "like"}
LABELLING = ("beside", "holding", "printed")
EMPTY = frozenset(("empty", "bare", "unfurnished", "vacant", "leerer", "leeres", "vide", "vacía"))
AND = frozenset(("and", "und", "et", "y", "e", "和", "и"))
PLATES = frozenset(("plate", "dish", "dinner plate", "teller", "assiette", "plato", "piatto"))
WRAPPED = frozenset(("packaging", "package", "package design"))
HOLDERS = frozenset(("vase", "bowl", "basket", "flower pot", "wheelbarrow", "cart", "nest"))
OPEN = frozenset(("vase", "bowl", "basket", "cart", "wheelbarrow", "nest"))
DEPICTIONS = word_set(
    "drawing painting picture photo photograph sketch illustration artwork view dream idea design "
    "imagination world life story day"
)
IN = frozenset(("in", "at", "from", "near", "in front of", "over", "above", "bei", "en", "à"))
STONE = (176, 174, 166)
IN_PAIRS = frozenset(("glasses", "scissors", "trousers", "headphones", "earbuds"))
NECKWEAR = {"necklace": "necklace", "pearl necklace": "necklace", "bow tie": "bow tie",
             "bowtie": "bow tie",
             "scarf": "scarf", "tie": "tie", "medal": "necklace", "bandana": "scarf"}  # fmt: skip
COATS = frozenset(("fur", "feathers", "petals", "paint", "hair"))
DRESSED = ("in", "wearing", "holding")
PAIRED = word_set("shoe heels sandal loafer boot glove sock")
WITH = frozenset(("with", "with a", "mit", "avec", "con", "和", "in", "in a", "wearing"))
LIKE_PEOPLE = frozenset(("person", "child", "king", "wizard", "knight"))
OF_HAIR = frozenset(("beard", "moustache", "long", "curly", "short", "grey"))
SPECTACLES = frozenset(("glasses", "eyeglasses", "spectacles", "sunglasses", "shades", "monocle",
                         "goggles", "brille", "sonnenbrille", "lunettes", "gafas", "occhiali",
                         "safety glasses", "ski goggles"))  # fmt: skip
DARK = ("sun", "shade", "ski", "sonne")
NAMED = frozenset(
    ("stapler", "brass", "flute", "tool", "pickle", "veg", "iron", "flacon", "earbuds",
     "accordion", "typewriter", "vacuum", "hammock", "bar", "column")
)  # fmt: skip
"""Forms whose name is lettered even where the noun is their own."""
NOUNS = ("subject", "thing", "like")
