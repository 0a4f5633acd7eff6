"""Words that a prompt wants to be read in the picture: quoted, or after "that says" and its like.

``asked_text`` finds them. ``read_page`` finds a chart, a logo or another page, with its title and
the names of its parts ("pie chart of rent, food and travel").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from evolink_widgets.emulator.painter.lettering.kinds import carries_words, is_a_being
from evolink_widgets.emulator.painter.reading.nouns import INSCRIPTIONS, PLAIN, THINGS
from evolink_widgets.emulator.painter.reading.vocabulary import INSCRIPTION, look_up, read

LONGEST_TEXT = 120
LONGEST_ITEM = 26
MOST_ITEMS = 12
_LOOKED_AT = 8000

_QUOTED = re.compile(r"[\"“”„«»「『《](.{1,400}?)[\"“”«»」』》]", re.DOTALL)
_SINGLE = re.compile(r"(?:^|(?<=\s))['‘](\S.{0,200}?)['’](?=\s|$|[,.!?;])", re.DOTALL)
_CAPITALS = r"(?-i:[A-Z0-9][A-Z0-9&'’.!?%+#/-]*)"
_SAYS = re.compile(
    r"\b(?:(?:that|which|to)\s+)?(?:say(?:s|ing)?|show(?:s|ing)(?=\s\d+[:.]\d)"
    r"|read(?:s|ing)(?=:?\s+(?-i:[A-Z]{2}))|that reads"
    r"|labell?ed(?: as)?|lettered|captioned|en?titled|titled|inscribed(?: with)?"
    r"|engraved with|printed with|spelling"
    r"|with (?:the |a )?(?:words?|text|title|caption|slogan|headline|inscription|label|lettering)"
    r"(?:\s+(?:saying|reading|that says))?"
    r"|(?:the )?(?:words?|text|title|caption|slogan|headline|lettering)(?=:?\s+(?-i:[A-Z]))"
    r"|with (?:the |a )?(?:logo|brand|name)(?=:?\s+(?-i:[A-Z]))"
    r"|mit (?:der|dem) (?:aufschrift|beschriftung|text|titel|schriftzug|wort)|auf dem steht"
    r"|avec (?:le texte|l'inscription|les mots|le mot|le titre)|qui dit"
    r"|que dice|con el texto|con la palabra|con la scritta"
    r"|с надписью|с текстом|с заголовком|с названием|под названием|на котор\w+ написано)"
    r"\b\s*:?\s+(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r"\b(?:named|called|by the name of|with the name|namens|genannt|mit (?:dem )?namen|nommée?"
    r"|appelée?|llamad[oa]|chiamat[oa])\s*:?\s+(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_READS = re.compile(r"\bread(?:s|ing):?\s+(?P<text>(?-i:[A-Z0-9])\S*.*)", re.IGNORECASE | re.DOTALL)
_UNSPACED_SAYS = re.compile(
    r"(?:上面)?(?:写着|写有|印着|印有|标题[为是]|题为|名为|名叫|叫做)[::]?\s*(?P<text>[^\s,。,.;;的]{1,24})"
)
_NUMBERED = re.compile(
    r"\b(?:with (?:the |a |an |my )?)?(?:number|initials?|monogram|letters?|price tag(?: of| for)?"
    r"|price of)\s+(?P<text>(?-i:[A-Z0-9$€£])[\w.,:&$€£%-]*(?:\s(?-i:[A-Z0-9]+)\b)?)",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\bfor\s+(?:the\s+|our\s+|my\s+)?(?P<text>(?:(?:Dr|Prof|Mrs?|Ms|Miss|Sir|Dame)\.?\s+)?[A-ZÀ-ÞА-Я][\w'’-]*"
    r"(?:\s+(?:(?:of|de|von|van|der|da|di|the|and|&)\s+)?[A-ZÀ-ÞА-Я0-9][\w'’.-]*){0,4})"
)
"""Whose name a badge, a mug or a cake is to have on it."""
_TRADE = re.compile(r",\s+([a-z][\w ]{2,30}?)(?=[,.;]|$)")
_SHOUTED = re.compile(
    rf"\b(?:with (?P<text>{_CAPITALS}(?: {_CAPITALS})*) (?:written |printed )?(?:on|across)\b"
    rf"|(?P<said>[A-Z]{{2,}}(?: {_CAPITALS})*)(?= (?:sticker|label|sign|banner|stamp|tag|badge"
    rf"|button|print|lettering|neon)\b))"
)
_ENDS = re.compile(
    r"\s+(?:(?:in|on|at|under|above|over|near|beside|behind|against|by|from|through|next to|for|"
    r"in front of|auf|im|am|in|vor|sur|dans|en|sobre)\s+(?:an?|the|my|our|their|his|her|its|top|"
    r"front|einem|einer|dem|der|une?|le|la|los|las|el|uno|una)\b|with\b|while\b|mit\b|avec\b|con\b)"
    r"|\s+(?:на|в|под|над|у)\s"
    r"|(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)(?<!\bProf)[.;!?\n]\s|[\n;]|\s[-–—]\s|[.]$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"\s+(?:in|on|at|under|near|auf|im|am|en)\s+", re.IGNORECASE)
_MODIFIERS = frozenset(
    ("colour", "style", "size", "time", "material", "count", "framing", "weather", "season", "sky",
     "part", "place", "stop")
)  # fmt: skip

_MANNER = _MODIFIERS - {"sky", "weather", "time", "season", "place", "size", "count"}
"""Those that are no part of a page: "a cloud" may be one."""


def asked_text(prompt: str) -> tuple[str | None, str]:
    """The words of a prompt that are to be lettered, a line each, and the rest of it.

    Where words were taken out stands ``INSCRIPTION``.
    """
    prompt = prompt[:_LOOKED_AT].replace(INSCRIPTION, " ")
    found = list(_QUOTED.finditer(prompt)) or list(_SINGLE.finditer(prompt))
    if found:
        texts: list[str] = []
        rest, last = "", 0
        for one in found[:3]:
            text = _plain(one.group(1))
            texts += [text] if text else []
            rest += prompt[last : one.start()] + (f" {INSCRIPTION} " if text else " ; ")
            last = one.end()
        return "\n".join(texts)[:LONGEST_TEXT] or None, rest + prompt[last:]
    for pattern in (_SAYS, _SHOUTED, _READS, _UNSPACED_SAYS, _NAMED, _NUMBERED, _FOR):
        match = pattern.search(prompt)
        if not match or not _may_say(pattern, prompt[: match.start()]):
            continue
        name = "said" if match.groupdict().get("said") else "text"
        text = match.group(name)
        if pattern in (_SAYS, _READS, _NAMED):
            text = _up_to_its_end(text)
        if pattern is _NAMED:  # "named Ofen in Berlin"
            text = _PREPOSITION.split(text, maxsplit=1)[0]
        end = match.start(name) + len(text)
        if pattern is _FOR and (trade := _TRADE.match(prompt, end)) and _is_trade(trade.group(1)):
            return f"{_plain(text)}\n{trade.group(1).capitalize()}", (
                f"{prompt[: match.start()]} {INSCRIPTION} {prompt[trade.end() :]}"
            )
        if plain := _plain(text.strip(" ,.;:")):
            return plain[:LONGEST_TEXT], (f"{prompt[: match.start()]} {INSCRIPTION} {prompt[end:]}")
    return None, prompt


def _is_trade(words: str) -> bool:
    """ "a card for Ada, architect": her trade is lettered, too."""
    found = look_up(words.split()[-1])
    return found is not None and found.sense == "person"


def _may_say(pattern: re.Pattern[str], before: str) -> bool:
    """Do the words that a pattern found belong on what stands before them?

    "a cat named Tom" and "a girl reading Dante" are no inscriptions; "a badge for Ada" is one.
    """
    if pattern not in (_NAMED, _READS, _FOR):
        return True
    found = [one for one in read(before[-200:]) if one.kind in ("subject", "like", "thing")]
    kind = found[-1].sense if found else ""
    if pattern is _FOR:
        return carries_words(kind) or kind in _INSCRIBED
    being = is_a_being(kind) or is_a_being(kind.split(" ")[0])
    return not being if pattern is _NAMED else bool(found) and not being


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _up_to_its_end(text: str) -> str:
    """How far words without quotes reach."""
    shouted = re.match(rf"{_CAPITALS}(?:,? {_CAPITALS})*", text)
    if shouted and re.search(r"[A-Z]{2}", shouted.group()):
        return shouted.group()
    if end := _ENDS.search(text):
        text = text[: end.start()]
    for comma in re.finditer(r",\s*", text):
        after = text[comma.end() :]
        if not after[:1].isupper() or _only_modifies(after.split(",")[0]):
            text = text[: comma.start()]
            break
    for link in _PREPOSITION.finditer(text):
        word = re.split(r"[\s,]", text[link.end() :], maxsplit=1)[0].casefold()
        found = look_up(word)
        if found and found.kind in _MODIFIERS:
            return text[: link.start()]
    return text


def _only_modifies(words: str, kinds: frozenset[str] = _MODIFIERS) -> bool:
    """Does a phrase tell how the picture is made, and nothing of what is in it?"""
    found = read(words)
    known = [one for one in found if one.kind in kinds]
    return bool(known) and all(
        one.kind in kinds
        or (one.kind == "relation" and one.sense == "beside")
        or one.phrase in PLAIN
        for one in found
    )


@dataclass(frozen=True)
class Page:
    """A page that a prompt asks for."""

    kind: str
    topic: str
    """What it is about, as the prompt says it."""
    items: tuple[str, ...]
    """The names of its parts."""
    after: str
    """What the prompt says after it."""
    noun: str
    """The word that it was asked with."""
    before: str
    """The prompt up to that."""
    manner: str
    """The same, without what is said of the page itself."""


PAGES = (
    "chart", "line chart", "pie chart", "scatter plot", "heatmap", "funnel", "gantt chart",
    "table page", "diagram", "venn diagram", "tree diagram", "cycle diagram", "timeline",
    "mind map", "network diagram", "neural network", "matrix", "web page", "dashboard", "app",
    "login screen", "settings screen", "kanban page", "code editor", "inbox", "music player",
    "map page", "video call",
    "chat screen", "logo", "poster", "slide", "menu", "certificate", "book cover",
)  # fmt: skip
_LISTED = frozenset(PAGES[:17]) - {"table page"}
"""Pages of parts: "of design and engineering" names two of them."""
_INSCRIBED = ("card", "greeting card", "ticket", "magazine", "newspaper", "booklet", "calendar")
"""Things that are pages when the prompt says what for."""
SCREENS = frozenset(
    ("laptop", "phone", "screen", "tablet", "board", "frame", "paper", "clipboard", "kiosk", "sign")
)
"""Things that show a page."""
SHOWING = frozenset(("logo", "poster", "book cover"))
"""Pages that have a picture in them."""


@lru_cache(maxsize=1)
def _nouns() -> tuple[dict[str, str], re.Pattern[str]]:
    """Noun → kind of page, and a pattern that finds any of them."""
    kinds: dict[str, str] = {}
    for row in THINGS.strip().splitlines():
        kind, _, nouns = row.partition(":")
        own, _, like = nouns.partition("|")
        if kind not in PAGES and kind not in _INSCRIBED:
            continue
        for noun in (own if kind in _INSCRIBED else f"{own},{like}").split(","):
            if plain := noun.strip().casefold():
                kinds.setdefault(plain, kind)
    longest = sorted(kinds, key=len, reverse=True)
    return kinds, re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})s?\b", re.IGNORECASE)


_LINK = re.compile(
    r"\s*(?::|,?\s*(?<=\s)(?:of|for|about|between|showing|with|comparing|on(?!\s(?:an?|the|my|our)\b)|featuring|über|für|von|mit|"
    r"pour|avec|sobre|para|de|con|zu|that shows|which shows|explaining|illustrating)\s)\s*",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^\s+(?:diagram|chart|graph|plot|page|screen|app|design|mock-?up|template|illustration|"
    r"visuali[sz]ation|layout|interface|ui)\b",
    re.IGNORECASE,
)
"""What only says once more that a page is one: "neural network diagram"."""
_ASIDE = re.compile(r"\s+(?:where|in which|so that|that (?!shows)|when|while)\b", re.IGNORECASE)
"""What happens on a page is not in the picture beside it."""
_SPAN = re.compile(r"\s*\bfrom\s+(\w+)\s+(?:to|until|till|through)\s+(\w+)", re.IGNORECASE)
_SPANS = (
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("q1", "q2", "q3", "q4"),
)
_DESTINED = re.compile(r"\s*(?::|(?<=\s)(?:for|für|pour|para|per)\s)\s*", re.IGNORECASE)
_SCREENED = frozenset(
    (
        "slide",
        "menu",
        "app",
        "web page",
        "dashboard",
        "chat screen",
        "inbox",
        "settings screen",
        "kanban page",
        "music player",
    )
)
_PARTED = re.compile(r"\s*(?::|\b(?:with|showing|including|mit|avec|con)\b)\s*", re.IGNORECASE)
_ARTICLE = re.compile(
    r"^(?:an?|the|our|my|your|their|some|its|ein|eine|einen|einem|einer|die|der|das|den|dem|une?|"
    r"les?|la|l'|el|los|las|una?|and|und|et|y|&|song|track|word|words|title)\s+",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"\s*(?:,|;|→|->|=>|>|/|\||\bthen\b)\s*", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|und|et|y|vs\.?|versus|&|to)\s+", re.IGNORECASE)


def read_page(prompt: str) -> Page | None:
    """The first page that ``prompt`` asks for, if it asks for one."""
    kinds, pattern = _nouns()
    match = pattern.search(prompt[:_LOOKED_AT])
    if not match and len(_ARROW.findall(prompt)) > 1:  # "the steps: plan -> build -> ship"
        return read_page(f"diagram: {prompt.rpartition(':')[2]}")
    if not match:
        return None
    noun = match.group().casefold()
    kind = kinds.get(noun) or kinds[noun.removesuffix("s")]
    before, after = prompt[: match.start()], prompt[match.end() : _LOOKED_AT]
    if noun.endswith(" of"):  # "a table of results"
        after = f" of{after}"
    after = _ASIDE.split(_AGAIN.sub("", after), maxsplit=1)[0]
    if noun.removesuffix("s") in INSCRIPTIONS and _borne(before):
        return None
    start = max(before.rfind(mark) for mark in ",.;:\n") + 1
    lead = before[start:]
    topic = _lead_topic(lead)
    link = (_DESTINED if kind in _INSCRIBED else _LINK).match(after)
    tail = ""
    if link:
        tail = re.split(r"[.!?;\n](?:\s|$)", after[link.end() :], maxsplit=1)[0]
        after = after[link.end() + len(tail) :]
    elif kind in _INSCRIBED:
        return None
    elif kind in _LISTED and _SEGMENT.match(after):
        tail, after = after.lstrip(" ,"), ""
    if link and kind in _SCREENED and "with" in link.group().casefold():
        tail = f"with {tail}"  # parts, and not what it is about
    tail, steps = _spanned(tail or after if kind in _LISTED else tail)
    about, items, spared = _tail(tail, kind)
    if link and "with" in link.group() and about and topic and kind in SHOWING:
        about, items = topic, [about, *items]  # "a festival poster with a guitar"
    if steps:
        about, items = about or ", ".join(items), steps
    if not about and not topic and kind == "app":
        topic = noun.removesuffix("app").strip()
    return Page(
        kind,
        _clipped(about or topic, 48),
        tuple(_clipped(one, LONGEST_ITEM) for one in items[:MOST_ITEMS]),
        f"{spared} ; {after}",
        noun,
        before,
        f"{before[:start]} {_modifiers(lead)} ;",
    )


def _borne(before: str) -> bool:
    """ "a mug with a logo": is there a thing that bears it?"""
    found = [one for one in read(before) if one.kind in ("subject", "thing", "like", "relation")]
    if len(found) > 2 and found[-1].kind != "relation":  # "a mug with a fox logo"
        found.pop()
    return (
        len(found) > 1
        and found[-1].kind == "relation"
        and found[-1].sense in ("beside", "holding", "printed")
        and carries_words(found[-2].sense)
    )


def _lead_topic(lead: str) -> str:
    """What is said of a page before its noun: "a mobile banking app"."""
    words: list[str] = []
    for word in re.findall(r"[\w'’&+-]+", lead):
        found = look_up(word.casefold())
        if word.casefold() in PLAIN or (found and found.kind in _MODIFIERS | {"relation"}):
            if (found and found.kind == "count") or word.casefold() in ("for", "the", "of"):
                words = []
            continue
        words.append(word)
    return " ".join(words[-4:])


def _modifiers(lead: str) -> str:
    """Of the words before a page's noun those that tell its manner."""
    kinds = ("colour", "style", "size", "time")
    return " ".join(one.phrase for one in read(lead) if one.kind in kinds)


def _spanned(text: str) -> tuple[str, list[str]]:
    """ "temperature from Monday to Friday": the text without its span, and the span's steps."""
    match = _SPAN.search(text)
    if not match:
        return text, []
    first, last = (end.casefold() for end in match.groups())
    if first.isdecimal() and last.isdecimal():
        low, high = int(first), int(last)
        return _cut(text, match), [str(low + (high - low) * k // 4) for k in range(5)]
    for row in _SPANS:
        ends = [next((n for n, one in enumerate(row) if end.startswith(one)), -1)
                for end in (first, last)]  # fmt: skip
        if 0 <= ends[0] < ends[1]:
            return _cut(text, match), [one.capitalize() for one in row[ends[0] : ends[1] + 1]]
    return text, []


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


_ARROW = re.compile(r"→|[-=]?>")
"""What it stands between are steps: "idea -> sketch -> launch", and "Chrome" is no metal."""


def _tail(tail: str, kind: str) -> tuple[str, list[str], str]:
    """What stands after a page's noun: its topic, its parts, and what belongs to neither."""
    head, *more = _PARTED.split(tail, maxsplit=1)
    listed = more[0] if more else ""
    if not listed and kind in _LISTED:
        head, listed = "", head
    parts: list[str] = []
    spared: list[str] = []
    for source, target in ((head, "head"), (listed, "list")):
        segments = _SEGMENT.split(source)
        count = _listed(segments) if target == "list" else 0
        for number, segment in enumerate(segments):
            parted = target == "list" and (kind in _LISTED or _short(segment))
            pieces = _AND.split(segment) if parted else [segment]
            named = target == "list" and (
                number < count or segment[:1].isupper() or bool(_ARROW.search(source))
            )
            if not named and _only_modifies(segment, _MANNER if target == "list" else _MODIFIERS):
                spared.append(segment)
            else:
                parts += [plain for piece in pieces if (plain := _bare(piece))]
        if target == "head":
            about = parts[0] if parts else ""
            parts = parts[1:]
    if kind in _LISTED and len(parts) == 1 and not about:
        return parts[0], [], " , ".join(spared)
    return about, parts, " , ".join(spared)


def _listed(segments: list[str]) -> int:
    """How many of a list's segments are surely its parts: "oil, gold, silver", "night and neon".

    What follows the last one may tell the page's manner: "rent, food and travel, dark mode".
    """
    manner = [_only_modifies(one, _MANNER) for one in segments]
    for number, segment in enumerate(segments):
        if len(_AND.split(segment)) > 1 and (number or not manner[0]):
            return number + 1
    if all(manner):
        return len(segments) if len(segments) > 2 else 0
    return max(number for number, one in enumerate(manner) if not one) + 1


def _short(segment: str) -> bool:
    """The end of a list: "Week and Goals" is two of its parts."""
    return all(len(piece.split()) < 3 for piece in _AND.split(segment))


def _bare(phrase: str) -> str:
    phrase = _plain(phrase).strip(" ,.;:")
    while (bare := _ARTICLE.sub("", phrase)) != phrase:
        phrase = bare
    return phrase


def _clipped(phrase: str, length: int) -> str:
    """Whole words of ``phrase``, with a capital first."""
    while len(phrase) > length and " " in phrase:
        phrase = phrase.rsplit(" ", 1)[0]
    return phrase[:1].upper() + phrase[1:length]


def shouted(prompt: str) -> str | None:
    """A run of capitals in a prompt of small letters: "poster, HELLO DATA"."""
    found = re.search(rf"\b{_CAPITALS}(?: {_CAPITALS})+(?![\w])", prompt)
    if not found or prompt.isupper() or not re.search(r"[A-Z]{2}", found.group()):
        return None
    return found.group()
