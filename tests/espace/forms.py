"""What a browser posts for the form of an initiative, as a dictionary that tests change."""

from initiatives.forms.entry import MARK_OF_END


def typed(world, **changes):
    """Return the fields of a complete local initiative of La Mitis, as text."""
    fields = {
        "title": "Frigo du quartier",
        "summary": "Un frigo ouvert à tout le monde.",
        "description": "",
        "scope": "local",
        "territories": ["", str(world.territories["la-mitis"].pk)],
        "municipalities": ["", str(world.municipalities["09077"].pk)],
        "themes": ["", str(world.themes["alimentation"].pk)],
        "primary_theme": str(world.themes["alimentation"].pk),
        "target_groups": ["", str(world.families.pk)],
        "target_note": "",
        "starts_on": "2025-05-01",
        "ends_on": "2026-02-28",
        "continuity": "new",
        "continues": "",
        "expected_reach": "120",
        "amount_requested": "5 000",
        "citizen_participation": "",
        MARK_OF_END: "1",
        "do": "save",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}
