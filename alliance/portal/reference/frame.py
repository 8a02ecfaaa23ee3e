"""Periods, fiscal years, themes and target groups: the frame in which initiatives are entered."""

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_bounds, fiscal_label
from alliance.lib.records import save_as
from alliance.portal.reference.files import day, number, rows, words
from initiatives.models import FiscalYear, Period, TargetGroup, Theme, ThemePastSlug

FISCAL_YEARS = range(2019, 2029)  # from the first envelope to the end of the 2024-2029 agreements


def load_periods(by: User) -> int:
    """Add the missing periods. Plans are announced on other days: a period is bounded by fiscal years."""
    known = set(Period.objects.values_list("slug", flat=True))
    missing = [row for row in rows("periods") if row["slug"] not in known]
    for row in missing:
        save_as(Period(**{**row, "starts_on": day(row["starts_on"]), "ends_on": day(row["ends_on"])}), by)
    return len(missing)


def load_fiscal_years(by: User) -> int:
    known = set(FiscalYear.objects.values_list("label", flat=True))
    missing = [year for year in FISCAL_YEARS if fiscal_label(year) not in known]
    for year in missing:
        starts_on, ends_on = fiscal_bounds(year)
        save_as(FiscalYear(label=fiscal_label(year), starts_on=starts_on, ends_on=ends_on), by)
    return len(missing)


def load_themes(by: User) -> int:
    """Add the missing themes, in every period until the region names others for a new plan."""
    known = set(Theme.objects.values_list("slug", flat=True))
    known |= set(ThemePastSlug.objects.values_list("slug", flat=True))
    missing = [row for row in rows("themes") if row["slug"] not in known]
    for row in missing:
        texts = {name: row[name] for name in ("slug", "name", "mark", "tone", "description", "synonyms")}
        theme = Theme(**texts, order=number(row["order"]), is_crosscutting=row["is_crosscutting"] == "oui")
        save_as(theme, by)
        theme.periods.set(Period.objects.filter(slug__in=words(row["periods"])))
    return len(missing)


def load_target_groups(by: User) -> int:
    known = set(TargetGroup.objects.values_list("slug", flat=True))
    missing = [row for row in rows("target_groups") if row["slug"] not in known]
    for row in missing:
        save_as(TargetGroup(slug=row["slug"], name=row["name"], order=number(row["order"])), by)
    return len(missing)
