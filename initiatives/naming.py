"""How an initiative gets its number and its address. Called by `actions.py` only, inside its transaction."""

from django.utils import timezone

from alliance.lib.dates import fiscal_start
from alliance.lib.text import slug_fr
from initiatives.models import Initiative, InitiativePastSlug, NumberSequence


def next_number(initiative: Initiative) -> str:
    """Return « BSL-2021-041 »: the fiscal year in which it begins, then the next number of that year."""
    year = fiscal_start(initiative.starts_on) if initiative.starts_on else _first_year(initiative)
    return format_number(year, reserve_numbers(year, 1))


def reserve_numbers(year: int, count: int) -> int:
    """Take `count` numbers of the fiscal year that begins in `year`; return the first one."""
    NumberSequence.objects.get_or_create(start_year=year)
    sequence = NumberSequence.objects.select_for_update().get(start_year=year)
    sequence.last += count
    sequence.save()
    return sequence.last - count + 1


def format_number(year: int, rank: int) -> str:
    return f"BSL-{year}-{rank:03d}"


def settle_slug(initiative: Initiative) -> None:
    """Give the address its readable form; one that was ever public (`published_at`) leads here for ever."""
    base = slug_fr(initiative.title, fallback=f"initiative-{(initiative.number or '').lower()}")
    if initiative.slug == base:
        return
    taken = Initiative.objects.exclude(pk=initiative.pk)
    past = InitiativePastSlug.objects.exclude(initiative=initiative)
    slug, suffix = base, 2
    while taken.filter(slug=slug).exists() or past.filter(slug=slug).exists():
        slug, suffix = f"{base}-{suffix}", suffix + 1
        if slug == initiative.slug:
            return
    if initiative.published_at:
        InitiativePastSlug.objects.get_or_create(slug=initiative.slug, initiative=initiative)
    InitiativePastSlug.objects.filter(slug=slug, initiative=initiative).delete()
    initiative.slug = slug


def _first_year(initiative: Initiative) -> int:
    first = initiative.fiscal_years.order_by("starts_on").first()
    return first.starts_on.year if first else fiscal_start(timezone.localdate())
