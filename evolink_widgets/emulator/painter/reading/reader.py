"""The reader: walks through a prompt's meanings and makes a scene of them."""

from __future__ import annotations

from dataclasses import replace

from evolink_widgets.emulator.painter.drawing.colour import Colour
from evolink_widgets.emulator.painter.drawing.colour import colour as read_colour
from evolink_widgets.emulator.painter.lettering.kinds import (
    carries_words,
    is_a_being,
    is_a_building,
    is_small,
    is_worn,
)
from evolink_widgets.emulator.painter.reading.asked_text import (
    SCREENS,
    SHOWING,
    Page,
)
from evolink_widgets.emulator.painter.reading.nouns import (
    AGENTS,
    ELDERS,
    GROUPS,
    INSCRIPTIONS,
    NATURAL,
    word_set,
)
from evolink_widgets.emulator.painter.reading.phrases import (
    known_end,
    names_a_thing,
    opens,
    singular,
    standing,
    title,
)
from evolink_widgets.emulator.painter.reading.rooms import (
    accompanied,
    furnished,
    on_its_table,
    portrayed,
    upon_its_furniture,
)
from evolink_widgets.emulator.painter.reading.scene import (
    MOST_OF_A_KIND,
    MOST_SUBJECTS,
    UNKNOWN,
    Relation,
    Scene,
    Subject,
    without,
)
from evolink_widgets.emulator.painter.reading.vocabulary import Meaning, look_up, materials

_MOST_UNKNOWN = 3
_CONTAINERS = word_set(
    """
    box jar can tube pouch dispenser flacon bottle bowl tumbler basket bag handbag cup bin pan
    dish envelope shelf cabinet cart wagon stand block factory sign shop board candle
    """
) | {"candle jar", "wine glass", "book cover"}
"""What tells by its label what is in it."""
_SHOPS = frozenset(
    ("shop", "window display", "shop window", "store", "laden", "boutique", "tienda", "storefront")
)
_CLOTHES = frozenset(("shirt", "dress", "trousers", "shoe", "tie", "glove", "sock"))
_OF = frozenset(("of", "de", "di", "von", "mit"))
_TELLING = _OF | {"by", "style", "like"}
_LABELLING = ("beside", "holding", "printed")
_EMPTY = frozenset(("empty", "bare", "unfurnished", "vacant", "leerer", "leeres", "vide", "vacía"))
_AND = frozenset(("and", "und", "et", "y", "e", "和", "и"))
_PLATES = frozenset(("plate", "dish", "dinner plate", "teller", "assiette", "plato", "piatto"))
_WRAPPED = frozenset(("packaging", "package", "package design"))
_HOLDERS = frozenset(("vase", "bowl", "basket", "flower pot", "wheelbarrow", "cart", "nest"))
_OPEN = frozenset(("bowl", "basket", "cart", "wheelbarrow", "nest"))
_DEPICTIONS = word_set(
    "drawing painting picture photo photograph sketch illustration artwork view dream idea design "
    "imagination world life story day"
)
_IN = frozenset(("in", "at", "from", "near", "in front of", "over", "above", "bei", "en", "à"))
_STONE = (176, 174, 166)
_IN_PAIRS = frozenset(("glasses", "scissors", "trousers", "headphones", "earbuds"))
_NECKWEAR = {"necklace": "necklace", "pearl necklace": "necklace", "bow tie": "bow tie",
             "bowtie": "bow tie",
             "scarf": "scarf", "tie": "tie", "medal": "necklace", "bandana": "scarf"}  # fmt: skip
_COATS = frozenset(("fur", "feathers", "petals", "paint", "hair"))
_DRESSED = ("in", "wearing", "holding")
_PAIRED = frozenset(("shoe", "glove", "sock"))
_WITH = frozenset(("with", "with a", "mit", "avec", "con", "和", "in", "in a", "wearing"))
_LIKE_PEOPLE = frozenset(("person", "child", "king", "wizard", "knight"))
_OF_HAIR = frozenset(("beard", "moustache", "long", "curly", "short", "grey"))
_SPECTACLES = frozenset(("glasses", "eyeglasses", "spectacles", "sunglasses", "shades", "monocle",
                         "goggles", "brille", "sonnenbrille", "lunettes", "gafas", "occhiali",
                         "safety glasses", "ski goggles"))  # fmt: skip
_DARK = ("sun", "shade", "ski", "sonne")
_NAMED = frozenset(
    ("stapler", "trombone", "brass", "flute", "tool", "pickle", "veg", "iron", "flacon", "earbuds",
     "accordion", "typewriter", "vacuum", "hammock", "bar", "column")
)  # fmt: skip
"""Forms whose name is lettered even where the noun is their own."""
_NOUNS = ("subject", "thing", "like")


class Reader:
    """Holds adjectives until their noun comes, and unknown words until their phrase ends.

    In a ``long`` prompt an unknown noun is seldom a thing to be seen; ``named`` are the words
    that it writes with a capital.
    """

    def __init__(self, long: bool, named: frozenset[str] = frozenset()) -> None:
        self.named = named
        self.picked: dict[str, str] = {}
        self.places: list[str] = []
        self.rooms: list[str] = []
        self.walls: Colour | None = None
        self.bare = False
        self.traits: set[str] = set()
        self.hair: Colour | None = None
        """Of the being that comes, or of the last one if none comes."""
        self.spots: list[int] = []
        """Which subject each of the taken-out texts belongs to; -1 for none."""
        self.waiting = False
        """Whether the last text belongs to the noun that comes."""
        self.sky: set[str] = set()
        self.subjects: list[Subject] = []
        self.guessed: set[int] = set()
        """Numbers of the subjects that stand for unknown words."""
        self.relations: list[Relation] = []
        self.colours: list[Colour] = []
        self.surface: Colour | None = None
        self.link: str | None = None
        self.denied = False
        self.posed = False
        """Whether the last word was a pose."""
        self.long = long
        self.words: list[str] = []
        """Unknown words of the phrase that is being read."""
        self.determined = True
        """Whether an article or a number opened the phrase; a prompt's first is taken so."""
        self.telling = ""
        """A participle before the phrase's noun."""
        self.noun = ""
        """The last noun, as the prompt says it."""
        self.sure = False
        """Whether the last noun's phrase was opened so."""
        self.after = ""
        """The last small word before the phrase."""
        self.listed: set[int] = set()
        """Subjects that go on a list: "a hat, a cup and a hammer"."""
        self.held: str | None = None
        """What the last word, a place, was said to be: "on a bathroom shelf"."""
        self.counted = ""
        """The last number's word."""
        self.acting = False
        """Whether the last small word was a verb."""
        self.comma = False
        """Whether a comma was the last that stood between the nouns."""
        self.close = False
        """Whether the last word was a noun."""
        self._forget()

    def _forget(self) -> None:
        self.colour: Colour | None = None
        self.material: Colour | None = None
        self.colour_phrase = ""
        self.size = ""
        self.count = 1

    def open(self, page: Page, text: str | None) -> int:
        """Add a page, and return its number."""
        self._end_phrase()
        self._release()
        self.link = None
        label = text or page.topic or (title([page.noun]) if page.kind in SHOWING else "")
        items = page.items
        if carries_words(page.kind):
            label, items = "\n".join((label, *items)), ()
        self.subjects.append(Subject(page.kind, label=label, items=items))
        if len(self.subjects) == 1:
            self.places.append("studio")
        self.determined = self.close = False
        return len(self.subjects) - 1

    def take(self, meaning: Meaning) -> None:
        """Read on by one meaning."""
        kind = meaning.kind
        if kind not in ("pose", "count", "colour", "size", "subject"):
            self.posed = False
        if self.denied and kind not in ("count", "size", "colour", "relation"):
            if kind == "unknown" and len(meaning.phrase) < 4:
                return
            self.bare |= meaning.phrase in ("furniture", "möbel", "meubles", "muebles")
            self.denied = False
            self._forget()
            return
        if kind not in _NOUNS:
            self.held = None
        if kind == "unknown":
            self._unknown(meaning.phrase)
            return
        if kind == "owner":
            if self.close:
                self._end_phrase()
            self.words.append(meaning.phrase)
            self.determined, self.close = True, False
            return
        if kind == "trait":
            self._trait(meaning.sense)
            return
        if kind in _NOUNS:
            self._noun(meaning)
            self.close, self.noun = True, meaning.phrase
            return
        if kind in ("place", "time", "weather", "style", "season", "sky", "framing") and not opens(
            meaning
        ):
            self.words.clear()  # "alpine meadow": they told how it is
        elif kind not in ("colour", "size", "material", "part"):
            self._end_phrase()
        if kind == "inscription":
            self._inscription()
            return
        close, self.close = self.close, False
        if kind == "place":
            self._place(meaning, close)
        elif kind in ("time", "weather", "style", "season", "framing"):
            self.picked.setdefault(kind, meaning.sense)
        elif kind == "sky":
            self.sky.add(meaning.sense)
            self._release()
        elif kind == "pose":
            if self.subjects and not self.subjects[-1].pose:
                self.subjects[-1] = replace(self.subjects[-1], pose=meaning.sense)
                self.posed = True
        elif kind == "relation":
            self._release()
            if meaning.sense in ("upon it", "into it"):
                self._upon_it() if meaning.sense == "upon it" else self._into_it()
                return
            if self.link is None or meaning.sense not in ("beside", "in", "on"):
                self.link = meaning.sense
            self.after = meaning.phrase
            self.determined = meaning.phrase.endswith((" a", " an", " un", " una"))
        else:
            self._small(meaning)

    def _trait(self, sense: str) -> None:
        """How a being looks: of the noun that comes, or of the last one."""
        if sense in _OF_HAIR and self.colour:  # "a grey beard"
            self.hair, self.colour = self.colour, None
        self.traits.add(sense)
        if self.close:
            self._lend_traits()

    def _lend_traits(self) -> None:
        """No noun came: the last being looks so."""
        number = self._bearer()
        if not self.subjects:  # "a bald, bearded man"
            return
        if self.traits and number is not None and not self.words:
            last = self.subjects[number]
            self.subjects[number] = replace(
                last, traits=last.traits | self.traits, hair=self.hair or last.hair
            )
            self.link = None
        self.traits, self.hair = set(), None

    def _bearer(self) -> int | None:
        """The being that what is said now belongs to: "a man with a hat and glasses"."""
        number = len(self.subjects) - 1
        for one in reversed(self.relations):
            if one.second == number and one.kind in ("wearing", "holding"):
                number = one.first
        if number < 0 or not is_a_being(self.subjects[number].form or self.subjects[number].name):
            return None
        return number

    def _inscription(self) -> None:
        """Words to be lettered stood here: on the last noun, or on the one that they precede."""
        self.waiting = self.determined and not self.close and not self.words
        self._end_phrase()
        self.spots.append(len(self.subjects) - 1)
        if not self.waiting:
            self._release()
            self.link, self.after = None, ""
        self.close = False

    def _into_it(self) -> None:
        """ "a snow globe with a house in it"."""
        last = self.relations[-1] if self.relations else None
        if last and last.second == len(self.subjects) - 1 and last.kind in _LABELLING:
            self.relations[-1] = Relation(last.second, "in", last.first)

    def _upon_it(self) -> bool:
        """ "a mug with a cat on it": the cat is a picture on the mug."""
        last = self.relations[-1] if self.relations else None
        if last is None or last.second != len(self.subjects) - 1:
            return False
        bearer = self.subjects[last.first]
        if last.kind not in _LABELLING or not carries_words(bearer.form or bearer.name):
            return False
        self.relations[-1] = replace(last, kind="printed")
        return True

    def _unknown(self, word: str) -> None:
        """A word of no table: a small word, a verb, an adjective, or the name of a thing."""
        sort = standing(word)
        if word in _EMPTY:
            self.bare = True
        elif word in _DEPICTIONS and self.words and self.words[-1].endswith("'s"):
            self.words.clear()  # "a child's drawing of a dragon"
        elif sort == "noun":
            self.words.append(word)
        elif sort == "verb" and self.determined and not (self.words or self.close):
            self.telling = word  # "a folding bicycle"
        elif sort != "plain":
            self._end_phrase()
            self.close = False
            self.acting = sort == "verb"
            self.determined = sort == "determiner"
            self.after = word if sort != "verb" else ""

    def _end_phrase(self) -> None:
        """Unknown words may have named a thing."""
        words, self.words = self.words, []
        telling, self.telling = self.telling, ""
        if not words:
            return
        if words[-1].endswith("'s"):  # "a close look at a cat's face"
            owner = look_up(words[-1].removesuffix("'s"))
            if owner and owner.kind in _NOUNS:
                self._noun(owner)
                self.picked.setdefault("framing", "close")
            return
        determined, self.determined = self.determined, False
        if self.close:
            self._narrowed(words)
            return
        if not names_a_thing(words[-1]) or self._inscribes(words[-1], ""):
            return
        if self.after in _IN and words and self.named >= set(words) and not determined:
            return  # "a waterfall in Iceland"
        if self.after in _TELLING and self.subjects and not determined:
            self._contents(words)
            return
        if (self.subjects or self.long) and not determined:
            self._doing(words)
            return
        if len(self.guessed) >= _MOST_UNKNOWN or (self.long and self.subjects):
            return
        head = singular(words[-1])
        plural = head != words[-1]
        before = len(self.subjects)
        known = known_end(head)
        if self.picked.get("framing") == "close" and self.named >= set(words):
            known = ("like", "person")  # "a portrait of Ada Lovelace"
        sense = known[1] if known else UNKNOWN
        name = " ".join((*words[:-1], head))
        said = [telling, *words] if telling else words
        self._add(Subject(name, form=sense, label=title(said)), plural)
        if len(self.subjects) > before:
            self.guessed.add(before)

    def _doing(self, words: list[str]) -> None:
        """ "a woman doing yoga": what people do is told on a plate."""
        last = self.subjects[-1] if self.subjects else None
        kind = (last.form or last.name) if last else ""
        if last and self.acting and kind in ("person", "child") and not self.long:
            self.subjects[-1] = replace(last, label=last.label or title(words))

    def _inscribes(self, noun: str, label: str) -> bool:
        """ "a bottle with a label": that is on the bottle, and no thing beside it."""
        last = self.subjects[-1] if self.subjects else None
        if noun not in INSCRIPTIONS or last is None:
            return False
        if self.close and self._upon_it():  # "with a fox logo"
            return True
        if self.link not in _LABELLING:
            return False
        if not carries_words(last.form or last.name):
            return False
        if noun in ("ribbon", "bow"):
            self.subjects[-1] = replace(last, form="gift" if last.form == "box" else last.form)
        elif label:
            self.subjects[-1] = replace(last, label=label)
        self._claim(len(self.subjects) - 1)
        self.link = None
        self._forget()
        return True

    def _claim(self, number: int) -> None:
        """The words that stood before a noun are its own."""
        if self.waiting:
            self.spots[-1] = number
        self.waiting = False

    def _narrowed(self, words: list[str]) -> None:
        """ "a coffee plantation", "rice paddies": the noun before told what sort it is."""
        number = len(self.subjects) - 1
        last = self.subjects[number] if self.subjects else None
        if last is None or not last.form or is_a_being(last.form) or last.form == last.name:
            return
        if self.sure:
            self.subjects[number] = replace(last, label=title([last.name, *words]))
        elif number not in {n for one in self.relations for n in (one.first, one.second)}:
            self._drop_last()

    def _contents(self, words: list[str]) -> bool:
        """ "a jar of honey": the last thing's label says what is in it."""
        if self.after not in _OF or not self.subjects:
            return False
        last = self.subjects[-1]
        if (last.form or last.name) not in _CONTAINERS:
            return False
        self.subjects[-1] = replace(last, label=title(words))
        self.after = ""
        return True

    def _small(self, meaning: Meaning) -> None:
        """Adjectives, parts and punctuation."""
        kind, sense = meaning.kind, meaning.sense
        if kind == "colour":
            self._keep_colour()
            self.colour, self.colour_phrase = read_colour(sense), meaning.phrase
        elif kind == "material":
            self.material = read_colour(sense)
        elif kind == "size":
            self.size = sense
        elif kind == "count":
            self.count, self.counted = max(1, min(MOST_OF_A_KIND, int(sense))), meaning.phrase
            self.determined = True
        elif kind == "part":
            self.denied = sense == "not"
            self._coloured_part(meaning.phrase)
            self._forget()
        elif kind == "stop":
            self._release()
            self.denied = False
            self.determined, self.after = False, ""
            self.comma = sense in ",、,"
            if not self.comma:
                self.link = None

    def _coloured_part(self, part: str) -> None:
        """ "a cat with white fur", "a woman with red hair", "a room with green walls"."""
        if part in ("wall", "walls"):
            self.walls, self.colour = self.colour or self.material or self.walls, None
        elif self.subjects and self.colour and part in _COATS:
            last = self.subjects[-1]
            if part == "hair" and (last.form or last.name) in _LIKE_PEOPLE:
                self.subjects[-1] = replace(last, hair=self.colour)
            else:
                self.subjects[-1] = replace(last, colour=self.colour)

    def _keep_colour(self) -> None:
        if self.colour:
            self.colours.append(self.colour)
            self.colour = None

    def _release(self) -> None:
        """No noun came: what was held belongs to the picture, or was a thing itself."""
        self.waiting = False
        self._lend_traits()
        if self.colour and self.colour_phrase == "orange":
            self.colour = None
            self._noun(Meaning("subject", "orange", "orange"))
            return
        if self.material and self.link == "on":  # "on black marble"
            self.surface = self.colour or self.material
            self.places.append("tabletop")
            self.colour, self.link = None, None
        self._keep_colour()
        self._forget()

    def _place(self, meaning: Meaning, close: bool) -> None:
        if meaning.sense == "tabletop" and {"room", "library"} & set(self.places):
            if self.subjects and meaning.phrase.startswith("on "):  # a desk in that room
                self.link = "on"
                self._add(Subject("table"), False)
            return
        if meaning.sense == "tabletop":
            self.surface = self.surface or self.colour or self.material
        elif meaning.sense == "room" and (self.colour or self.material):
            self.walls, self.colour = self.colour or self.material, None
        else:
            self._keep_colour()
        self._forget()
        if close and self.subjects and self._narrows(meaning.sense):
            self._drop_last()  # "a stone plinth", "a hotel lobby": what sort it is
        if meaning.sense not in self.places:
            self.places.append(meaning.sense)
        if meaning.sense == "room":
            self.rooms.append(meaning.phrase)
        self.held, self.link = self.link, None

    def _narrows(self, place: str) -> bool:
        """Does the last noun only tell what sort of place it is?"""
        last = self.subjects[-1]
        kind = last.form or last.name
        indoors = place in ("room", "tabletop", "studio")
        return kind in ("rock", "tree", "pine") or (indoors and is_a_building(kind))

    def _noun(self, meaning: Meaning) -> None:
        words, self.words, self.telling = self.words, [], ""
        if self.held == "on" and not self.link:  # "on a bathroom shelf"
            self.link = self.held
        determined, self.determined = self.determined, False
        self.sure = determined
        if meaning.sense.startswith("stack"):
            return
        if self._inscribes(meaning.phrase, title(words) if words else ""):
            return
        if meaning.kind == "subject":
            name, own = _name(meaning.sense)
            found = Subject(name, colour=own)
            if name in ("person", "child"):
                found = replace(found, role=" ".join((*words, meaning.phrase)))
            elif name == "shop" and meaning.phrase not in _SHOPS:
                found = replace(found, label=title([meaning.phrase]))
        else:
            name = singular(meaning.phrase) if meaning.plural else meaning.phrase
            said = NATURAL.get(name) or _own_colour(name)
            found = Subject(
                name,
                form=meaning.sense,
                role=" ".join((*words, name)),
                colour=read_colour(said) if said else None,
            )
            if meaning.sense in _PAIRED and meaning.phrase.endswith("s") and self.count == 1:
                self.count = 2
                meaning = meaning._replace(plural=False)
        if found.form in _IN_PAIRS and "pair" in self.counted:
            self.count = 1
        elif found.name == "glasses" and self.count > 1 and "pair" not in self.counted:
            found = Subject("wine glass")  # "two glasses" are for drinking
        if self._served(meaning, found, words):
            return
        if not determined and self.count == 1 and self._contents([*words, meaning.phrase]):
            self._forget()
            return
        if self.close and self._compound(meaning, found):
            words = [self.noun, *words]
            if meaning.kind == "subject" and not found.colour and not self.colour:
                tone = materials().get(self.noun)
                found = replace(found, colour=read_colour(tone) if tone else None)
            self._letter(meaning, found, words, at=len(self.subjects) - 1)
            return
        self._letter(meaning, found, words)
        self.after = ""

    def _served(self, meaning: Meaning, found: Subject, words: list[str]) -> bool:
        """ "a plate of tacos" is tacos, "a basket of apples" has apples in it, "the packaging of a
        tea box" is that box."""
        if self.after not in (*_OF, "for") or not self.subjects or self.close:
            return False
        last, kind = self.subjects[-1], found.form or found.name
        bearer = last.form or last.name
        if bearer == "dish" and last.name in _PLATES and meaning.kind != "like" and is_small(kind):
            self._drop_last()
            self._letter(meaning._replace(plural=False), found, words)
        elif bearer == "box" and last.name in _WRAPPED and kind in _CONTAINERS:
            self._drop_last()
            self._letter(meaning, found, words)
        elif bearer in _OPEN and meaning.kind == "subject" and is_small(kind):
            self.link, self.count = None, max(3, self.count)
            self._letter(meaning, found, words)
            number = len(self.subjects) - 1
            self.relations.append(Relation(number, "in", number - 1))
        elif bearer == "statue" and meaning.kind == "subject":  # "a sculpture of a horse"
            self.subjects[-1] = replace(last, form="column", label="")
            self._letter(meaning, replace(found, colour=_STONE), words)
            number = len(self.subjects) - 1
            self.relations.append(Relation(number, "on", number - 1))
        elif bearer == "frame":  # "a painting of a boat"
            self.link = "shown"
            self._letter(meaning, found, words)
        else:
            return False
        self.after = ""
        return True

    def _compound(self, meaning: Meaning, found: Subject) -> bool:
        """ "oak table", "dog bowl": the first noun only tells which kind of the second."""
        last = self.subjects[-1] if self.subjects else None
        if last is None or (last.label and last.name in ("logo",)):
            return False
        if found.name in AGENTS:  # "a lighthouse keeper"
            return last.count == 1
        if is_a_being(found.form or found.name):  # "a barn owl"
            thing = not is_a_being(last.form or last.name) and last.count == 1
            return thing and self.noun.isascii() and meaning.phrase.isascii()
        if is_a_being(last.form or last.name):  # in scripts without blanks they stand side by side
            return last.count == 1 and self.noun.isascii() and meaning.phrase.isascii()
        return True

    def _letter(
        self, meaning: Meaning, found: Subject, words: list[str], at: int | None = None
    ) -> None:
        kind = found.form or found.name
        if found.name in AGENTS and at is not None:
            found = replace(found, role=" ".join((*words, found.name)),
                            traits=self.subjects[at].traits | self.traits)  # fmt: skip
        owned = any(word.endswith("'s") for word in words) or (
            at is not None and is_a_being(self.subjects[at].form or self.subjects[at].name)
        )
        if owned and not is_a_being(kind):
            noun = singular(meaning.phrase) if meaning.plural else meaning.phrase
            found = replace(found, label=title([*words, noun]))
        elif meaning.kind == "like" or (not words and kind in _NAMED):
            found = replace(found, label=title([*words, found.name]))
        elif words and kind in _CONTAINERS:
            found = replace(found, label=title(words))
        if at is None:
            self._add(found, meaning.plural)
            return
        was, being = self.subjects[at], is_a_being(kind)
        self._claim(at)
        if found.name == "kite" and at:
            self._flown(at)
        self.subjects[at] = replace(
            found,
            count=3 if meaning.plural and was.count == 1 else was.count,
            colour=was.colour if was.colour and not being else self.colour or found.colour,
            size=was.size,
        )
        self._forget()

    def _flown(self, kite: int) -> None:
        """ "flying a dragon kite": it is held, and no one flies."""
        flier = self.subjects[kite - 1]
        if flier.pose == "flying":
            self.subjects[kite - 1] = replace(flier, pose="")
            self.relations.append(Relation(kite - 1, "holding", kite))

    def _add(self, found: Subject, plural: bool) -> None:
        """Put a thing into the scene, with what was said before its noun."""
        count = self.count
        if found.name == "kite" and self.posed and self.subjects:
            self.subjects[-1] = replace(self.subjects[-1], pose="")
            self.link = "holding"
        self.posed = False
        if count == 1:
            group = next((one for one in found.role.split() if one in GROUPS), "")
            count = GROUPS.get(group, 3 if plural else 1)
        tone = self.colour or found.colour or self.material
        found = replace(found, count=count, colour=tone, size=self.size)
        if is_a_being(found.form or found.name):
            elder = {"old"} if ELDERS & set(found.role.split()) else set()
            found = replace(found, traits=frozenset(self.traits | elder), hair=self.hair)
        self.traits, self.hair = set(), None
        self._forget()
        if len(self.subjects) >= MOST_SUBJECTS:
            return
        for number, earlier in enumerate(self.subjects):
            same = earlier.name == found.name and earlier.colour == found.colour
            if same and self.link != "beside" and earlier.role == found.role:
                self._relate(number)
                self._claim(number)
                return
        if self._worn(found):
            return
        if self.link == "beside" and self.after in _WITH and is_worn(found.form or found.name):
            self.link = "wearing"  # "a cat with headphones"
        self.subjects.append(found)
        self._claim(len(self.subjects) - 1)
        self._relate(len(self.subjects) - 1)

    def _worn(self, found: Subject) -> bool:
        """ "a woman in a navy suit": clothes are how their wearer looks."""
        if found.form == "glasses" and self._bespectacled(found.name):
            return True
        last = self.subjects[-1] if self.subjects else None
        with_it = self.link == "beside" and self.after in _WITH | _AND
        if found.form not in _CLOTHES and found.name not in _NECKWEAR:
            return False
        if last is None or not (with_it or self.link in _DRESSED):
            return False
        kind = last.form or last.name
        if not is_a_being(kind):
            return False
        if wear := _NECKWEAR.get(found.name):
            last = replace(last, traits=last.traits | {wear})
            self.subjects[-1] = last
        if kind in ("person", "child"):
            dressed = f"{last.role} {found.name}"
            self.subjects[-1] = replace(last, role=dressed, colour=found.colour or last.colour)
        self.link = None
        return True

    def _bespectacled(self, name: str) -> bool:
        number = self._bearer()
        if name not in _SPECTACLES or number is None:
            return False
        if self.link not in _DRESSED and self.after not in (
            "with",
            "and",
            "mit",
            "avec",
            "con",
            "y",
        ):
            return False
        last = self.subjects[number]
        kind = "sunglasses" if any(one in name for one in _DARK) else "glasses"
        self.subjects[number] = replace(last, traits=last.traits | {kind})
        self.link = None
        return True

    def _sort_of_link(self, first: int, second: int) -> str:
        """What a word between two nouns means for these two."""
        one, other = (
            subject.form or subject.name
            for subject in (self.subjects[first], self.subjects[second])
        )
        if self.link == "shown":
            return "full" if one in SCREENS else "printed" if carries_words(one) else "holding"
        if self.after.startswith("with") and one in _HOLDERS and self.link in _LABELLING:
            return "full"  # "a vase with tulips"
        if self.link == "holding" and other == "person" and is_a_being(one):
            return "beside"  # "a man shaking hands with a woman"
        return self.link or ""

    def _drop_last(self) -> None:
        """The last thing only told how another is: what it was tied to, that one is."""
        self.subjects.pop()
        number = len(self.subjects)
        gone = [one for one in self.relations if number in (one.first, one.second)]
        self.relations = [one for one in self.relations if one not in gone]
        if gone and gone[-1].second == number and gone[-1].first == number - 1:
            self.link = gone[-1].kind
        self.listed.discard(number)
        self.guessed.discard(number)

    def _relate(self, number: int) -> None:
        if number > 0 and self.link in ("shown", *_LABELLING):
            self.link = self._sort_of_link(number - 1, number)
        if self.link == "full":
            self.relations.append(Relation(number, "in", number - 1))
        elif self.link and number > 0:
            first = number - 1
            self.link = self._sort_of_link(first, number)
            self.relations.append(Relation(first, self.link, number))
            while (
                self.link in ("on", "in", "under")
                and first in self.listed
                and _is_light(self.subjects[first - 1])
            ):
                first -= 1  # "a cup and a hammer on a bench": both are on it
                self.relations.append(Relation(first, self.link, number))
        joined = self.after in _AND if self.link == "beside" else not self.link and self.comma
        if number and joined:
            self.listed.add(number)
        self.link, self.comma = None, False

    def scene(self) -> Scene:
        """What was read."""
        self._end_phrase()
        self._release()
        strong = [place for place in self.places if place not in ("clouds", "studio")]
        if "abstract" in strong:  # "geometry in coral and blue": coral is a colour there
            strong = ["abstract"]
        places = strong or self.places
        season, weather = self.picked.get("season"), self.picked.get("weather")
        if "snow" in places and len(places) > 1:
            places = [place for place in places if place != "snow"]
            season, weather = season or "winter", weather or "snow"
        scene = Scene(
            time=self.picked.get("time"),
            place=places[0] if places else None,
            also=tuple(places[1:4]),
            weather=weather,
            style=self.picked.get("style"),
            season=season,
            sky=frozenset(self.sky),
            subjects=tuple(self.subjects),
            relations=tuple(self.relations),
            colours=tuple(self.colours[:4]),
            framing=self.picked.get("framing", ""),
            surface=self.surface,
            walls=self.walls,
            bare=self.bare,
        )
        if places[:1] == ["abstract"]:
            return without(scene, self.guessed)
        if "interior" in self.rooms:  # "the interior of a cathedral" is not its outside
            outside = {n for n, one in enumerate(self.subjects)
                       if is_a_building(one.form or one.name)}  # fmt: skip
            scene = without(scene, outside)
        return portrayed(
            accompanied(furnished(upon_its_furniture(on_its_table(scene)), self.rooms))
        )


def _own_colour(name: str) -> str:
    """ "gold coin", "red wine": the noun says it."""
    first = look_up(name.split(" ")[0])
    return first.sense if first and first.kind == "colour" and " " in name else ""


def _is_light(subject: Subject) -> bool:
    """May it be on something?"""
    kind = subject.form or subject.name
    return is_small(kind) or is_a_being(kind)


def _name(sense: str) -> tuple[str, Colour | None]:
    """Split "bear white" into the subject and its own colour; names may have blanks."""
    name, _, last = sense.rpartition(" ")
    shades = {
        "white": "f4f1ea",
        "black": "2e2c36",
        "gray": "8d9099",
        "gold": "d9a441",
        "brown": "8a5a3a",
        "red": "c8382f",
        "blue": "3a6fc4",
        "yellow": "f2c53a",
        "green": "4f9a4c",
        "orange": "ee7f2e",
        "pink": "f0a5bb",
        "cream": "efdcb4",
    }
    if name and last in shades and sense != "ice cream":
        return name, read_colour(shades[last])
    return sense, None
