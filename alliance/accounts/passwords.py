"""Which new passwords are refused, beside Django's own rules (ASVS 6.1.2, 6.2.9, 6.2.11)."""

import re
from typing import Any

from django.core.exceptions import ValidationError

from alliance.lib.text import fold

LONGEST = 128
_FEWEST = 5  # different characters

# The first words that somebody who knows the house would try. The MRCs' names stand here because accounts know
# nothing of territories; a test compares them with the reference data.
HOUSE_WORDS = (
    "alliance",
    "solidarite",
    "fqis",
    "crdbsl",
    "bas-saint-laurent",
    "kamouraska",
    "riviere-du-loup",
    "temiscouata",
    "basques",
    "rimouski",
    "neigette",
    "mitis",
    "matanie",
    "matapedia",
)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


class MaximumLengthValidator:
    """At most 128 characters: hashing is slow on purpose, a longer text only keeps the server busy."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                f"Le mot de passe doit compter au plus {LONGEST} caractères (il en compte {len(password)})",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Au plus {LONGEST} caractères."


class VariedValidator:
    """« aaaaaaaaaaaa » is long enough, and the first thing tried."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(set(password)) < _FEWEST:
            raise ValidationError(
                f"Le mot de passe doit compter au moins {_FEWEST} caractères différents",
                code="password_not_varied",
            )

    def get_help_text(self) -> str:
        return f"Au moins {_FEWEST} caractères différents."


class HouseWordsValidator:
    """No word of the house, whatever its accents, capitals and hyphens."""

    def validate(self, password: str, user: Any = None) -> None:
        written = _letters(password)
        for word in HOUSE_WORDS:
            if _letters(word) in written:
                raise ValidationError(
                    f"Le mot de passe ne doit pas contenir «\xa0{word}\xa0»\xa0: c’est un des premiers mots essayés",
                    code="password_of_the_house",
                )

    def get_help_text(self) -> str:
        return "Sans le nom de l’Alliance ni celui d’une MRC."
