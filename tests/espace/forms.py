"""What a browser posts for the pages of the form, as dictionaries that tests change. The version is added by `post`."""

from uuid import uuid4

from initiatives.actions import Details, update
from initiatives.choices import EntryMode
from initiatives.forms.entry import MARK_OF_END
from initiatives.sections import BY_SLUG, SECTION_OF

NEW = "/espace/initiatives/nouvelle/"


def section_of(initiative, slug):
    return f"/espace/initiatives/{initiative.pk}/modifier/{slug}/"


def post(client, initiative, slug, fields, **extra):
    """Post a page of the form as whoever has just opened it."""
    initiative.refresh_from_db()
    return client.post(section_of(initiative, slug), fields | {"version": initiative.version}, **extra)


def answers(world):
    """Return every answer of a complete local initiative of La Mitis, as text, without its rows."""
    return {
        "mission": "Nourrir le voisinage.",
        "experience": "Dix ans de distribution.",
        "signatory": "Ève Roy, directrice",
        "contact": "Luc Côté, 418 555-0123",
        "title": "Frigo du quartier",
        "summary": "Un frigo ouvert à tout le monde.",
        "need": "Des familles sautent des repas.",
        "objectives": "Cinquante familles servies",
        "expected_results": "Moins de faim.",
        "indicators": "Familles par mois",
        "citizen_participation": "Un comité de personnes usagères.",
        "sustainability": "Les bénévoles restent.",
        "innovation": "",
        "gender_analysis": "",
        "description": "",
        "continuity": "new",
        "continues": "",
        "scope": "local",
        "territories": ["", str(world.territories["la-mitis"].pk)],
        "municipalities": ["", str(world.municipalities["09077"].pk)],
        "themes": ["", str(world.themes["alimentation"].pk)],
        "primary_theme": str(world.themes["alimentation"].pk),
        "plan_node": "",
        "target_groups": ["", str(world.families.pk)],
        "target_note": "",
        "expected_reach": "120",
        "starts_on": "2025-05-01",
        "ends_on": "2026-02-28",
        "amount_requested": "5 000",
        "money_source": "",
        "budget_note": "",
        "is_declared": ["", "on"],
        "accepts_publication": ["", "on"],
    }


def rows(code, *lines):
    """Return the fields of the lines of a table: {"label": "Salaires", "amount": "5 000"}, …"""
    cells = {
        f"{code}-{number}-{name}": text for number, row in enumerate(lines) for name, text in row.items()
    }
    return {code: "1"} | cells


TABLES = {
    "calendrier": rows(
        "activities", {"label": "Installer le frigo", "responsible": "Luc", "starts_on": "2025-05-15"}
    ),
    "budget": rows("expenses", {"label": "Frigo", "amount": "6 000", "fqis_share": "5 000"})
    | rows(
        "sources",
        {"label": "FQIS", "origin": "fqis", "nature": "cash", "is_confirmed": "non", "amount": "5 000"},
        {
            "label": "Local prêté",
            "origin": "partner",
            "nature": "in_kind",
            "is_confirmed": "oui",
            "amount": "1 000",
        },
    ),
}


def page(world, slug, **changes):
    """Return what the page of a section posts, complete, with `changes`; None takes a field out."""
    kept = {name: value for name, value in answers(world).items() if name in BY_SLUG[slug].codes}
    fields = kept | TABLES.get(slug, {}) | {MARK_OF_END: "1", "do": "save"} | changes
    return {name: value for name, value in fields.items() if value is not None}


def page_of(world, name, value, **changes):
    """Return the page that asks the question `name`, answered by `value`: (slug, fields)."""
    slug = SECTION_OF[name]
    return slug, page(world, slug, **({name: value} | changes))


def quick(world, **changes):
    """Return what « Fiche en trois minutes » posts, with a token of its own."""
    fields = {
        "title": "Frigo du quartier",
        "who": "Moisson Mitis",
        "territories": ["", str(world.territories["la-mitis"].pk)],
        "primary_theme": str(world.themes["alimentation"].pk),
        "target_groups": ["", str(world.families.pk)],
        "starts_on": "2025-05-01",
        "amount_requested": "5 000",
        "money_source": "",
        "entry_token": str(uuid4()),
        "version": "",
        MARK_OF_END: "1",
        "do": "save",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def fill(client, world, initiative, *, documents_note="La résolution suivra le 1er mai."):
    """Answer every section of a file through its pages; return the file as it then stands."""
    for slug in ("organisme", "initiative", "lieux", "calendrier", "budget", "declaration"):
        assert post(client, initiative, slug, page(world, slug)).status_code == 302, slug
    initiative.refresh_from_db()
    if documents_note:
        update(
            initiative=initiative,
            by=world.agent_mitis,
            values={},
            details=Details(answers={"documents_note": documents_note}),
        )
    initiative.refresh_from_db()
    return initiative


def through_form(world, initiative):
    """Mark a file of the world as entered through the form: its deposit then asks for everything."""
    update(initiative=initiative, by=world.agent_mitis, values={}, entry_mode=EntryMode.FORM)
    initiative.refresh_from_db()
    return initiative
