"""The state that the public reads: what is declared planned or under way is « peut-être terminée » once its period is over.

A date in the past does not say that an initiative ended, nor that it goes on: the portal then says that it does not
know (decision 11), on every page, file and sheet alike.
"""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q

from alliance.lib.dates import fiscal_bounds, long_date, today
from initiatives.choices import PUBLIC_STATE, PublicState, State
from initiatives.models import FiscalYear, Initiative


def is_over(ends_on: date | None, years: Sequence[str], on: date) -> bool:
    """Say whether a period is over on a day, told by its last day, else by its last fiscal year (« 2020-2021 »).

    With neither, nothing says that it is over. `years` come oldest first.
    """
    if ends_on:
        return ends_on < on
    return bool(years) and fiscal_bounds(int(years[-1][:4]))[1] < on


def public_state(state: str, ends_on: date | None, years: Sequence[str]) -> PublicState:
    """Return the public word of a state that may be published, as it stands today. Raises KeyError for another."""
    declared = PUBLIC_STATE[State(state)]
    if declared != PublicState.DONE and is_over(ends_on, years, today()):
        return PublicState.UNCONFIRMED
    return declared


def unconfirmed() -> Q:
    """Return the condition that an initiative meets when `public_state` says it is « peut-être terminée », published."""
    running = FiscalYear.objects.filter(initiatives=OuterRef("pk"), ends_on__gte=today())
    over = Q(ends_on__lt=today()) | Q(ends_on=None, fiscal_years__isnull=False) & ~Exists(running)
    declared = [state for state, said in PUBLIC_STATE.items() if said != PublicState.DONE]
    found = Initiative.objects.published().filter(over, state__in=declared)
    return Q(pk__in=found.values("pk"))


def announced(years: Sequence[str]) -> str:
    """Return « annoncée en 2020-2021 », or until which fiscal year when there are several."""
    return f"annoncée {'en' if len(years) == 1 else 'jusqu’en'} {years[-1]}"


def doubt(state: PublicState, ends_on: date | None, years: Sequence[str]) -> str:
    """Return why a state is to be confirmed, « fin prévue le 28 février 2025 »; "" for every other state."""
    if state != PublicState.UNCONFIRMED:
        return ""
    return f"fin prévue le {long_date(ends_on)}" if ends_on else announced(years)
