"""The text that a parish or municipal bulletin prints: at most 120 words, ready to paste."""

from alliance.lib.dates import long_date
from alliance.lib.money import NBSP
from alliance.portal.fridge.sheet import Entry, Sheet

MOST_WORDS = 120
_HELP = (
    f"Besoin d’aide pour vous ou pour un proche? Composez le 211{NBSP}: une personne vous écoute et vous dirige vers "
    "l’aide la plus proche de chez vous. C’est gratuit et confidentiel."
)


def words(text: str) -> int:
    """Return how many words a text holds, a number of telephone being two and a lone mark one: never too few."""
    return len(text.split())


def text_of(sheet: Sheet) -> str:
    """Return the text: help first, then as many services as 120 words allow, then where to find the rest."""
    chosen: list[Entry] = []
    for entry in sheet.entries:
        if words(_text(sheet, [*chosen, entry])) > MOST_WORDS:
            break
        chosen.append(entry)
    return _text(sheet, chosen)


def _text(sheet: Sheet, entries: list[Entry]) -> str:
    parts = [_title(sheet), _HELP]
    if sheet.contact and sheet.contact.phone:
        parts.append(
            f"La MRC {sheet.subject.genitive} peut aussi vous renseigner{NBSP}: {_phone(sheet.contact.phone)}."
        )
    if entries:
        parts.append("On peut aussi appeler" + f"{NBSP}: " + "; ".join(map(_line, entries)) + ".")
    parts.append(f"Tous les services{NBSP}: {sheet.shown_address}")
    demo = " Données de démonstration." if sheet.is_demo else ""
    parts.append(f"Renseignements du {long_date(sheet.as_of)}.{demo}")
    return "\n".join(parts) + "\n"


def _title(sheet: Sheet) -> str:
    return f"Qui appeler? {sheet.subject.name}"


def _phone(phone: str) -> str:
    return phone.replace(" ", NBSP)


def _line(entry: Entry) -> str:
    free = ", gratuit" if entry.cost == "Gratuit" else ""
    return f"{entry.title}, {_phone(entry.phone)}{free}"
