"""Services that may be called, for the tests of the printed sheets."""

from datetime import date

from alliance.portal import directory as memory
from alliance.portal import freshness
from initiatives.choices import Cost, State
from initiatives.models import EasyText, Initiative

LONG = "Accompagnement et covoiturage intermunicipal des personnes isolées vers les services"


def services(world, many, *, title="", **easy):
    """Publish `many` initiatives of Mont-Joli under way until 2099, each with a telephone of its own."""
    made = [
        world.published(
            State.IN_PROGRESS, ends_on=date(2099, 1, 1), **({"title": f"{title} {n:02}"} if title else {})
        )
        for n in range(min(many, 3))
    ]
    made += [_copy(made[0], n) for n in range(len(made), many)]
    EasyText.objects.bulk_create(
        EasyText(**{"initiative": row, "what": "On vient vous chercher.", "phone": f"418 722-{n:04}"} | easy)
        for n, row in enumerate(made, 1)
    )
    freshness.forget()
    memory.forget()
    return made


def _copy(model, n):
    """Return a copy of a published initiative with its links: sixty by the actions would take half a minute."""
    row = Initiative.objects.get(pk=model.pk)
    row.pk, row.number, row.slug, row.entry_token = None, f"BSL-2099-{n:03}", f"copie-{n}", None
    row.title = f"{model.title} {n:02}"
    row.save()
    for name in ("territories", "municipalities", "themes", "fiscal_years", "target_groups"):
        getattr(row, name).set(getattr(model, name).all())
    return row


def directory_of(request):
    memory.forget()
    return memory.current(request)


FREE = Cost.FREE
