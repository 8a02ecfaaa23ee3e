"""A search as it was read: the words to look for, and the forms of them that names are compared with."""

from dataclasses import dataclass, field
from functools import cached_property

from alliance.lib.text import name_key, query_terms
from alliance.lib.wording import Equivalents, Wanted


@dataclass(frozen=True)
class Asked:
    """`text` is one clean line. Nothing to look for when it holds small words only (`wanted` is then empty)."""

    text: str
    equivalents: Equivalents = field(compare=False)

    @cached_property
    def wanted(self) -> list[Wanted]:
        return self.equivalents.wanted(self.text)

    @cached_property
    def key(self) -> str:
        """The words as names are compared: « la mitis » is `mitis`."""
        return name_key(self.text)

    @cached_property
    def joined(self) -> str:
        """One word only: the form of a name written without its hyphens (« montjoli »); else what no name is."""
        return self.key if " " not in self.key and len(self.key) > 5 else " "

    @cached_property
    def words(self) -> frozenset[str]:
        """The words as they were typed, folded."""
        return frozenset(self.key.split())

    @cached_property
    def stemmed(self) -> str:
        return " ".join(query_terms(self.text))

    @cached_property
    def instead(self) -> frozenset[str]:
        """What is said for the whole search: « RDL » is Rivière-du-Loup."""
        return frozenset(
            " ".join(other) for one in self.wanted for other in one.others if len(self.wanted) == 1
        )

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(query_terms(self.text))

    @cached_property
    def other_phrases(self) -> frozenset[frozenset[str]]:
        """What is said for one of the words typed."""
        return frozenset(frozenset(other) for one in self.wanted for other in one.others)

    def says(self, phrase: frozenset[str]) -> bool:
        """Say whether a whole phrase is in the search, in any order, or stands for one of its words."""
        return phrase <= self.terms or phrase in self.other_phrases

    def terms_of(self, phrase: frozenset[str]) -> frozenset[str]:
        """Return the terms typed that say a whole phrase, or that it stands for; none when the search does not say it."""
        typed = [one.typed for one in self.wanted if phrase in map(frozenset, one.others)]
        typed += [tuple(phrase)] if phrase <= self.terms else []
        return frozenset(term.strip() for terms in typed for term in terms)

    def told(self, phrase: frozenset[str]) -> int:
        """Weigh a phrase that the search says: its length first, then being there itself before standing for another.

        A multiple of two, which leaves room to tell « Matane » from « La Matanie ».
        """
        return 4 * len(phrase) + (2 if phrase <= self.terms else 0)
