"""The 34 initiatives that two published texts of the Alliance name, as they name them.

- No amount: neither text gives one per initiative (« montant non publié »).
- What the text does not say stays empty: territory (the twelve examples of the first year name none), dates, partners
  left unnamed. The text is named in `source_note`, which lets the page read « non précisé par la source ».
- State: « visent le déploiement », « pourra être effectuée », « mis de l’avant », « sera déployée » is planned; all the
  rest is in progress, because the texts speak of work under way (« réalisées ou en voie de l’être ») and no text that
  was read says when each one ended.
- The campaign against prejudice stands in both texts (S2-22, planned; S0-11, under way a year later). Both rows are
  kept: the second text names neither its leader nor its form, so that it is the same one is likely, not known.
"""

from alliance.accounts.models import User
from alliance.portal.reference.files import Row, rows, token, words
from alliance.portal.reference.partners import find
from initiatives.actions import PartnerRow, publish, record_from_source
from initiatives.choices import PartnerRole
from initiatives.models import FiscalYear, Initiative, Theme
from territories.models import Municipality, Territory


def load_initiatives(by: User) -> int:
    """Add and publish the missing ones; one that was withdrawn from the site since is left as it is."""
    known = set(Initiative.objects.filter(entry_token__isnull=False).values_list("entry_token", flat=True))
    missing = [row for row in rows("initiatives") if token("initiative", row["key"]) not in known]
    names = {row["slug"]: row["name"] for row in rows("organizations")} if missing else {}
    for row in missing:
        initiative = record_from_source(
            by=by,
            values=_values(row),
            partners=_partners(row, names),
            state=row["state"],
            source_note=row["source_note"],
            token=token("initiative", row["key"]),
        )
        publish(initiative=initiative, by=by)
    return len(missing)


def _values(row: Row) -> dict:
    primary = Theme.objects.get(slug=row["primary_theme"])
    return {
        **{name: row[name] for name in ("title", "summary", "scope", "quantity_note")},
        "primary_theme": primary,
        "themes": [primary, *Theme.objects.filter(slug__in=words(row["other_themes"]))],
        "territories": Territory.objects.filter(code__in=words(row["territories"])),
        "municipalities": Municipality.objects.filter(code=row["municipality"]),
        "fiscal_years": FiscalYear.objects.filter(label=row["fiscal_year"]),
    }


def _partners(row: Row, names: dict[str, str]) -> list[PartnerRow]:
    roles = (
        ("lead", PartnerRole.LEAD),
        ("fiduciary", PartnerRole.FIDUCIARY),
        ("partners", PartnerRole.PARTNER),
    )
    return [(find(slug, names[slug]), role, "") for column, role in roles for slug in words(row[column])]
