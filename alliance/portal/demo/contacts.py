"""Invented contacts of the MRCs: numbers kept for fiction, written only where nothing is, taken back as they were put."""

from alliance.accounts.models import User
from territories.actions import update_territory
from territories.models import Territory

NAME = "Service d’accueil (démonstration)"
_FIELDS = ("contact_name", "contact_phone", "contact_email")


def invented(territory: Territory) -> dict[str, str]:
    """Return what the demonstration says of an MRC: it can reach nobody."""
    return {
        "contact_name": NAME,
        "contact_phone": f"418 555-01{20 + territory.order % 80:02d}",
        "contact_email": f"{territory.slug}@exemple.invalid",
    }


def write(by: User) -> int:
    """Give a contact to the MRCs that have none at all; return how many."""
    bare = [row for row in Territory.objects.all() if not any(getattr(row, name) for name in _FIELDS)]
    for territory in bare:
        update_territory(territory=territory, by=by, values=invented(territory))
    return len(bare)


def remove() -> int:
    """Take back every contact that is still the invented one, with the trace of its writing; return how many."""
    removed = 0
    for territory in Territory.objects.filter(contact_name=NAME):
        values = invented(territory)
        if all(getattr(territory, name) == value for name, value in values.items()):
            removed += Territory.objects.filter(pk=territory.pk).update(**dict.fromkeys(_FIELDS, ""))
            territory.history.filter(history_user__is_demo=True, **values).delete()
    return removed
