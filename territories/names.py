"""How two names of organizations resemble each other, and why. Pure: names in, a reason in French out.

A name is read as words of three kinds: what it is (« maison des jeunes »), where (« La Mitis ») and its own words
(« Le Transit »). Two names that both say a different place, or a different kind of body, are two organizations.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from alliance.lib.text import fold, sort_key, stems

Match = tuple[str, float]  # the reason, a short noun phrase; the score, 0 to 1
NOTHING: Match = ("", 0.0)

_LEGAL = frozenset(re.findall(r"\w+", "inc enr ltee ltd obnl osbl obl coop senc sencrl"))
_SMALL = frozenset(re.findall(r"\w+", "a au aux d de des du en et l la le les pour s sur un une"))
_WEAK = frozenset(stems("municipal régional local vallée secteur organisme"))
_REGION = ("Bas-Saint-Laurent", "KRTB", "Est-du-Québec", "Haut-Pays")
_LONG_FORMS = {
    "acef": "association coopérative économie familiale",
    "bsl": "bas saint laurent",
    "cab": "centre action bénévole",
    "cdc": "corporation développement communautaire",
    "cisss": "centre intégré santé services sociaux",
    "cje": "carrefour jeunesse emploi",
    "clsc": "centre local services communautaires",
    "cpe": "centre petite enfance",
    "mdf": "maison familles",
    "mdj": "maison jeunes",
    "mrc": "municipalité régionale comté",
    "oh": "office habitation",
    "omh": "office habitation",
    "orh": "office habitation",
    "rdl": "rivière loup",
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
}
_LONG = {short: tuple(sort_key(long).split()) for short, long in _LONG_FORMS.items()}
# Words that say what kind of body it is: they never make two organizations one.
_FORM_WORDS = """accueil action adapté aide aîné alimentaire alternative animation artisan association assisté atelier auberge
banque bénévole bibliothèque bouffe café carrefour caserne centre cercle chambre chevaliers clinique club cœur collectif
collective collège comité communautaire communauté comptoir comté concertation conseil coopérative coordination
corporation cuisine culture défense développement domicile économie école éducation emploi employabilité enfance
entraide entreprise épicerie espace fabrique familiale famille femme fermières fondation formation foyer
friperie frigo garde garderie gouvernement groupe habitation hébergement homme immigration insertion intégration
intégré intervention jardin jeune jeunesse journal ligue logement loisir magasin maison mentale meuble ministère
mission moisson municipalité office offices paroisse partage pédiatrie personne petite plus popote populaire prévention
programme projet promotion quartier récupération regroupement relais repas réseau ressource restaurant resto ressourcerie
retraité saint santé secours service social société solidaire solidarité soupe soutien sport table transport travail
université vêtement village ville violence volontaire"""
_FORMS = frozenset(stems(_FORM_WORDS))
_DOTTED = re.compile(r"\b(?:\w\.\s?){2,}")
_ASIDE = re.compile(r"\(([^()]*)\)")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Name:
    """One name, read: a word is the stem of what was written, or a whole place (« mont joli »)."""

    order: tuple[tuple[str, str], ...]  # (initial, word), as they stand in the name
    words: frozenset[str]  # without those that change nothing (« municipal »)
    places: frozenset[str]
    compact: str
    is_guessed: bool  # a place was written short, or with a fault
    initials: frozenset[str]  # of the whole name, and of what it says without its places


class Reader:
    """Reads names with the places of the region at hand, and compares them."""

    def __init__(self, places: Iterable[str], seats: Iterable[tuple[str, str]] = ()) -> None:
        """Take the names of places, and the pairs (MRC, its seat): those that begin alike are said for one another."""
        names = {" ".join(_bare(sort_key(name).split())) for name in (*places, *_REGION)} - {""}
        self._places = frozenset(names)
        self._units = _shortened(names) | {tuple(name.split()): name for name in names}
        self._near = _deletions_of(names)
        pairs = ([" ".join(_bare(sort_key(name).split())) for name in pair] for pair in seats)
        self._same = frozenset(frozenset((one, other)) for one, other in pairs if one[:4] == other[:4])
        self.read = lru_cache(maxsize=20_000)(self._read)
        self._misspelt = lru_cache(maxsize=50_000)(self._place_near)

    def compare(self, one: str, other: str) -> Match:
        """Return why the two names may be of one organization, with a score, or `NOTHING`."""
        return self.compare_read(self.read(one), self.read(other))

    def compare_read(self, one: Name, other: Name) -> Match:
        if not one.words or not other.words:
            return NOTHING
        if one.compact == other.compact or (
            one.words == other.words and not (one.is_guessed or other.is_guessed)
        ):
            return "même nom", 1.0
        if one.compact in other.initials or other.compact in one.initials:
            return "même sigle", 0.9
        common = one.words & other.words
        if not common and max(len(one.words), len(other.words)) > 6:
            return NOTHING
        return self._aligned(one, other, common)

    def _aligned(self, one: Name, other: Name, common: frozenset[str]) -> Match:
        """Pair what differs by spelling or by an acronym; what remains on each side decides."""
        left, right = set(one.words - common), set(other.words - common)
        alike = [(a, b) for a in left for b in right if self._alike(a, b, one.places, other.places)]
        paired, found = {a for a, _ in alike}, {b for _, b in alike}
        left, right = left - paired, right - found
        by_acronym = _spell_out(left, right, other.order) or _spell_out(right, left, one.order)
        if not left and not right:
            reason = "même sigle" if by_acronym and not paired else "nom presque identique"
            return reason, 0.9 if paired else 0.92
        return _within(common | found, left, right, one.places | other.places)

    def _alike(self, one: str, other: str, places: Collection[str], other_places: Collection[str]) -> bool:
        if one in places and other in other_places:
            return frozenset((one, other)) in self._same
        return near(one, other)

    def _read(self, text: str) -> Name:
        text = text[:_LONGEST_NAME]
        written = _written(text)
        order = tuple(self._words(written))
        places = frozenset(word for _, word in order if word in self._places)
        outside = "".join(initial for initial, word in order if word not in places)
        whole = "".join(initial for initial, _ in order)
        return Name(
            order,
            frozenset(word for _, word in order) - _WEAK,
            places,
            "".join(written),
            any(not set(place.split()) <= set(self._tokens(written)) for place in places),
            frozenset(letters for letters in (whole, outside) if len(letters) > 2),
        )

    def _words(self, written: list[str]) -> Iterator[tuple[str, str]]:
        """Yield (initials, word): places whole, long forms of the acronyms, stems of the rest."""
        tokens = self._tokens(written)
        start = 0
        while start < len(tokens):
            place, length = self._place_at(tokens, start)
            part = tokens[start : start + length]
            if place:
                yield "".join(token[0] for token in part), place
            else:
                yield from ((part[0][0], stem) for stem in _stems_of(part[0]))
            start += length

    @staticmethod
    def _tokens(written: list[str]) -> list[str]:
        return list(chain.from_iterable(_LONG.get(token, (token,)) for token in written))

    def _place_at(self, tokens: list[str], start: int) -> tuple[str, int]:
        """Return the place written at `start`, one letter wrong at most, and how many words it takes."""
        for length in range(min(4, len(tokens) - start), 0, -1):
            part = tuple(tokens[start : start + length])
            if place := self._units.get(part):
                return place, length
        for length in range(min(4, len(tokens) - start), 0, -1):
            if place := self._misspelt(" ".join(tokens[start : start + length])):
                return place, length
        return "", 1

    def _place_near(self, text: str) -> str:
        if len(text) < 5 or text.isdigit():
            return ""
        known = (place for cut in _cuts(text) for place in self._near.get(cut, ()))
        return next((place for place in known if near(text, place)), "")


@lru_cache(maxsize=20_000)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(stems(word))


@lru_cache(maxsize=100_000)
def near(one: str, other: str) -> bool:
    """Say whether two words differ by a typing fault: a letter more, less, wrong or swapped; two in long words."""
    shortest = min(len(one), len(other))
    allowed = 0 if shortest < 4 else 1 if shortest < 9 else 2
    if abs(len(one) - len(other)) > allowed or not (one + other).replace(" ", "").isalpha():
        return False
    return distance(one, other, allowed) <= allowed


def distance(one: str, other: str, most: int) -> int:
    """Return the number of faults between two words (swapped letters count once), or more than `most`."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        higher, above, row = above, row, [i]
        for j, seen in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != seen))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == seen:
                cost = min(cost, higher[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _spell_out(short: set[str], long: set[str], order: tuple[tuple[str, str], ...]) -> bool:
    """Take an acronym out of `short` and the words that it stands for out of `long`; say whether there was one."""
    words = [(initial, word) for initial, word in order if word in long or word in _WEAK]
    letters = "".join(initial for initial, _ in words)
    for token in [token for token in short if 2 < len(token) < 8 and token.isalpha()]:
        start = letters.find(token)
        if start >= 0 and all(len(initial) == 1 for initial, _ in words):
            short.discard(token)
            long.difference_update(word for _, word in words[start : start + len(token)])
            return True
    return False


def _within(common: frozenset[str], left: set[str], right: set[str], places: Collection[str]) -> Match:
    """Say whether one name holds the other: « Croc-Ensemble », « Cuisine collective Croc-Ensemble »."""
    kinds = [_kinds(words, places) for words in (common, left, right)]
    shared, mine, theirs = kinds
    if any(mine[kind] and theirs[kind] for kind in mine):
        return NOTHING
    forms_differ = bool(mine["form"] or theirs["form"])
    own_differ = bool(mine["own"] or theirs["own"])
    if shared["own"]:
        told = len(shared["own"]) > 1 or max(map(len, shared["own"])) > 4
        enough = told if not own_differ else not forms_differ and len(common) > 1
    else:
        enough = bool(shared["place"] and shared["form"]) and not forms_differ and not (left and right)
    return ("nom contenu dans l’autre", 0.8) if enough else NOTHING


def _kinds(words: Iterable[str], places: Collection[str]) -> Mapping[str, set[str]]:
    kinds: dict[str, set[str]] = {"form": set(), "place": set(), "own": set()}
    for word in words:
        kinds["place" if word in places else "form" if word in _FORMS else "own"].add(word)
    return kinds


def _written(text: str) -> list[str]:
    """Return the words of a name as written, folded, without small and legal words, nor its acronym put aside."""
    joined = _DOTTED.sub(lambda run: re.sub(r"[.\s]", "", run[0]) + " ", text) if "." in text else text
    asides = _ASIDE.findall(joined) if "(" in joined else []
    main = _ASIDE.sub(" ", joined) if asides else joined
    words = _bare(sort_key(main).split())
    initials = "".join(word[0] for word in words)
    kept = (sort_key(aside).split() for aside in asides if fold(aside).strip() not in initials or not words)
    return [*words, *_bare(chain.from_iterable(kept))]


def _bare(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(token for token in tokens if token not in _SMALL and token not in _LEGAL)


def _cuts(text: str) -> Iterator[str]:
    """Yield the text and each form of it that lacks one letter."""
    yield text
    yield from (text[:at] + text[at + 1 :] for at in range(len(text)))


def _deletions_of(places: Iterable[str]) -> dict[str, list[str]]:
    """Return the places by each form of them that lacks at most one letter."""
    found: dict[str, list[str]] = {}
    for place in sorted(places):
        for cut in set(_cuts(place)):
            found.setdefault(cut, []).append(place)
    return found


def _shortened(places: Collection[str]) -> dict[tuple[str, ...], str]:
    """Return the places by the beginning of their name, two words or more, that only one has: « Saint-Gabriel »."""
    starts: dict[tuple[str, ...], list[str]] = {}
    for place in places:
        words = tuple(place.split())
        for length in range(2, len(words)):
            starts.setdefault(words[:length], []).append(place)
    return {start: named[0] for start, named in starts.items() if len(named) == 1}
