"""Services that may be called, for the tests of the printed sheets."""

from datetime import date

from alliance.portal import directory as memory
from alliance.portal import freshness
from initiatives.choices import Cost, State
from initiatives.models import EasyText

LONG = "Accompagnement et covoiturage intermunicipal des personnes isolées vers les services"


def services(world, many, *, title="", **easy):
    """Publish `many` initiatives of Mont-Joli under way until 2099, each with a telephone of its own."""
    made = world.many(
        many, state=State.IN_PROGRESS, ends_on=date(2099, 1, 1), **({"title": title} if title else {})
    )
    EasyText.objects.bulk_create(
        EasyText(**{"initiative": row, "what": "On vient vous chercher.", "phone": f"418 722-{n:04}"} | easy)
        for n, row in enumerate(made, 1)
    )
    freshness.forget()
    memory.forget()
    return made


def directory_of(request):
    memory.forget()
    return memory.current(request)


FREE = Cost.FREE
