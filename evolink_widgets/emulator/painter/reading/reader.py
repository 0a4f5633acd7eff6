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
    SHOWING,
    Page,
)
from evolink_widgets.emulator.painter.reading.cast import Cast, own_colour, shaded
from evolink_widgets.emulator.painter.reading.nouns import (
    AGENTS,
    ELDERS,
    GROUPS,
    INSCRIPTIONS,
    NATURAL,
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
    printed_words,
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
from evolink_widgets.emulator.painter.reading.sorts import (
    AND,
    COATS,
    CONTAINERS,
    DEPICTIONS,
    EMPTY,
    IN,
    IN_PAIRS,
    LABELLING,
    LIKE_PEOPLE,
    MOST_UNKNOWN,
    NAMED,
    NOUNS,
    OF,
    OF_HAIR,
    OPEN,
    PAIRED,
    PLATES,
    SHOPS,
    STONE,
    TELLING,
    WITH,
    WRAPPED,
)
from evolink_widgets.emulator.painter.reading.vocabulary import Meaning, look_up, materials

_CLOUDS = frozenset(("cloud", "wolke", "nuage", "nube"))


class Reader(Cast):
    """Holds adjectives until their noun comes, and unknown words until their phrase ends.

    In a ``long`` prompt an unknown noun is seldom a thing to be seen; ``named`` are the words
    that it writes with a capital.
    """

    def __init__(self, long: bool, named: frozenset[str] = frozenset()) -> None:
        super().__init__()
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
        self.colours: list[Colour] = []
        self.surface: Colour | None = None
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
        self.held: str | None = None
        """What the last word, a place, was said to be: "on a bathroom shelf"."""
        self.counted = ""
        """The last number's word."""
        self.acting = False
        """Whether the last small word was a verb."""
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
        if kind not in NOUNS:
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
        if kind in NOUNS:
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
        elif kind == "sky" and self.link == "on" and meaning.phrase in _CLOUDS and self.subjects:
            self._add(Subject("cloud", form="cloud seat"), False)
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
        if sense in OF_HAIR and self.colour:  # "a grey beard"
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

    def _inscription(self) -> None:
        """Words to be lettered stood here: on the last noun, or on the one that they precede."""
        self.waiting = self.determined and not self.close and not self.words
        self._end_phrase()
        self.spots.append(len(self.subjects) - 1)
        if not self.waiting:
            self._release()
            self.link, self.after = None, ""
        self.close = False

    def _unknown(self, word: str) -> None:
        """A word of no table: a small word, a verb, an adjective, or the name of a thing."""
        sort = standing(word)
        if word in EMPTY:
            self.bare = True
        elif word in DEPICTIONS and self.words and self.words[-1].endswith("'s"):
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
            if owner and owner.kind in NOUNS:
                self._noun(owner)
                self.picked.setdefault("framing", "close")
            return
        determined, self.determined = self.determined, False
        if self.close:
            self._narrowed(words)
            return
        if not names_a_thing(words[-1]) or self._inscribes(words[-1], ""):
            return
        if self.after in IN and words and self.named >= set(words) and not determined:
            return  # "a waterfall in Iceland"
        if self.after in TELLING and self.subjects and not determined:
            self._contents(words)
            return
        if (self.subjects or self.long) and not determined:
            self._doing(words)
            return
        if len(self.guessed) >= MOST_UNKNOWN or (self.long and self.subjects):
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
        if self.link not in LABELLING:
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
        if self.after not in OF or not self.subjects:
            return False
        last = self.subjects[-1]
        if (last.form or last.name) not in CONTAINERS:
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
        elif self.subjects and self.colour and part in COATS:
            last = self.subjects[-1]
            if part == "hair" and (last.form or last.name) in LIKE_PEOPLE:
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
            name, own = shaded(meaning.sense)
            found = Subject(name, colour=own)
            if name in LIKE_PEOPLE:
                found = replace(found, role=" ".join((*words, meaning.phrase)))
            elif name == "shop" and meaning.phrase not in SHOPS:
                found = replace(found, label=title([meaning.phrase]))
        else:
            name = singular(meaning.phrase) if meaning.plural else meaning.phrase
            said = NATURAL.get(name) or own_colour(name)
            found = Subject(
                name,
                form=meaning.sense,
                role=" ".join((*words, name)),
                colour=read_colour(said) if said else None,
            )
            if meaning.sense in PAIRED and meaning.phrase.endswith("s") and self.count == 1:
                self.count = 2
                meaning = meaning._replace(plural=False)
        if found.form in IN_PAIRS and "pair" in self.counted:
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
        if self.after not in (*OF, "for") or not self.subjects or self.close:
            return False
        last, kind = self.subjects[-1], found.form or found.name
        bearer = last.form or last.name
        if bearer == "dish" and last.name in PLATES and meaning.kind != "like" and is_small(kind):
            self._drop_last()
            self._letter(meaning._replace(plural=False), found, words)
        elif bearer == "box" and last.name in WRAPPED and kind in CONTAINERS:
            self._drop_last()
            self._letter(meaning, found, words)
        elif bearer in OPEN and meaning.kind == "subject" and is_small(kind):
            self.link, self.count = None, max(3, self.count)
            self._letter(meaning, found, words)
            number = len(self.subjects) - 1
            self.relations.append(Relation(number, "in", number - 1))
        elif bearer == "statue" and meaning.kind == "subject":  # "a sculpture of a horse"
            self.subjects[-1] = replace(last, form="column", label="")
            self._letter(meaning, replace(found, colour=STONE), words)
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
        elif meaning.kind == "like" or (not words and kind in NAMED):
            found = replace(found, label=title([*words, found.name]))
        elif words and kind in CONTAINERS:
            found = replace(found, label=title(words))
        if at is None:
            self._add(found, meaning.plural)
            return
        was, being = self.subjects[at], is_a_being(kind)
        if found.name == "player" and len(self.subjects) < MOST_SUBJECTS:  # of a saxophone
            found = replace(found, label="")
            self.subjects.append(replace(was, count=1, label=""))
            self.relations.append(Relation(at, "holding", len(self.subjects) - 1))
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
        number, bearer = len(self.subjects), self._bearer()
        self.subjects.append(found)
        self._claim(number)
        if is_worn(found.form or found.name) and bearer is not None:
            if self.link in ("beside", "in") and self.after in WITH:
                self.link = "wearing"  # "a cat with headphones", "a boy in a cap"
            dressed = bearer < number - 1 or self.subjects[bearer].traits
            if self.after in AND and dressed:  # "with a pipe and a cap"
                self.relations.append(Relation(bearer, "wearing", number))
                self.link = None
        self._relate(number)

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
        scene = printed_words(scene, self.guessed)
        return portrayed(
            accompanied(furnished(upon_its_furniture(on_its_table(scene)), self.rooms))
        )
