"""Short versions, easy to read, of a third of the demonstration's initiatives. Their telephones are kept for fiction."""

from alliance.accounts.models import User
from alliance.lib.plain import sentences_of
from initiatives.actions import easy
from initiatives.choices import Cost
from initiatives.models import Initiative

_EVERY = 3
_COSTS = (
    (Cost.FREE, ""),
    (Cost.FREE, ""),
    (Cost.VARIES, "Vous donnez ce que vous pouvez."),
    (Cost.PAID, "5\xa0$ par personne. C’est gratuit pour les enfants."),
)
_HOW = (
    "Appelez. On vous explique tout.",
    "Venez comme vous êtes. On vous accueille.",
    "Appelez avant de venir.",
)


def write(initiatives: list[Initiative], by: User) -> int:
    """Write a short version of one initiative in three; return how many."""
    chosen = [row for row in initiatives[::_EVERY] if row.summary]
    for position, row in enumerate(chosen):
        easy.write(initiative=row, by=by, values=_values(row, position))
    return len(chosen)


def _values(row: Initiative, position: int) -> dict[str, str]:
    cost, note = _COSTS[position % len(_COSTS)]
    groups = [str(group).lower() for group in row.target_groups.all()]
    places = [place.name for place in row.municipalities.all()] or [
        f"Toute la MRC {territory.genitive}" for territory in row.territories.all()
    ]
    return {
        "what": (sentences_of(row.summary) or [row.title])[0][:400],
        "who": f"Pour\xa0: {', '.join(groups)}."[:300] if groups else "Pour tout le monde.",
        "where": f"{', '.join(places)}."[:300] if places else "Partout au Bas-Saint-Laurent.",
        "how": _HOW[position % len(_HOW)],
        "cost": cost,
        "cost_note": note,
        "phone": _phone(row) or f"418 555-01{position % 100:02}",
    }


def _phone(row: Initiative) -> str:
    """Return the number of its first MRC, so that every page of an initiative gives the same one; "" without any."""
    return next(
        (territory.contact_phone for territory in row.territories.all() if territory.contact_phone), ""
    )
