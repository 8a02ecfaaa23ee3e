"""The reference data of the portal: facts of `fixtures/`, added through the same actions as everybody's.

Only what is missing is added. What stands already belongs to the people who keep it: a name corrected or a theme
rewritten in the portal is never written over by a second run.
"""

from django.db import transaction

from alliance.portal.reference import dollars, frame, named, partners, places, wording, zooms
from alliance.portal.reference.author import author

# In the order in which each needs the ones before it.
TABLES = (
    ("MRC", places.load_territories),
    ("municipalités et territoires non organisés", places.load_municipalities),
    ("périodes", frame.load_periods),
    ("exercices", frame.load_fiscal_years),
    ("thèmes", frame.load_themes),
    ("mots des thèmes", wording.enrich_themes),
    ("mots équivalents", wording.load_equivalents),
    ("groupes de personnes visées", frame.load_target_groups),
    ("sources de financement", dollars.load_sources),
    ("enveloppes", dollars.load_envelopes),
    ("lignes d’affectation", dollars.load_allocations),
    ("chiffres annoncés", dollars.load_figures),
    ("organisations", partners.load_organizations),
    ("initiatives", named.load_initiatives),
    ("Zooms", zooms.load_zooms),
)


@transaction.atomic
def load() -> dict[str, int]:
    """Add the missing reference rows, all or none; return how many were added, by table (only tables that grew)."""
    by = author()
    added = {name: loader(by) for name, loader in TABLES}
    return {name: count for name, count in added.items() if count}
