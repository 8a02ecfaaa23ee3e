"""The pages of the form, section by section: what is saved, what is refused beside its field, and what is never lost."""

from datetime import date
from decimal import Decimal

import pytest

from initiatives import actions
from initiatives.choices import EntryMode, PartnerRole, State
from initiatives.models import Initiative
from initiatives.sections import SECTION_OF
from tests.espace.forms import answers, page, page_of, post, section_of


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative(amount_requested=Decimal("5000"), expected_reach=10)


def send(client, initiative, world, name, value, **changes):
    """Post, whole, the page that asks the question `name`, answered by `value`."""
    slug, fields = page_of(world, name, value, **changes)
    return post(client, initiative, slug, fields)


def test_every_answer_is_stored_field_by_field(world, agent, draft):
    for slug, changes in {
        "organisme": {},
        "initiative": {"title": "  Frigo\u202e du\tquartier "},
        "lieux": {"expected_reach": "2 000"},
        "calendrier": {},
        "budget": {"amount_requested": "12\u202f500,50 $"},
        "declaration": {},
    }.items():
        assert post(agent, draft, slug, page(world, slug, **changes)).status_code == 302
    draft = Initiative.objects.get()
    assert draft.title == "Frigo du quartier"
    assert draft.amount_requested == Decimal("12500.50")
    assert (draft.expected_reach, draft.starts_on) == (2000, date(2025, 5, 1))
    assert [t.slug for t in draft.territories.all()] == ["la-mitis"]
    assert [m.code for m in draft.municipalities.all()] == ["09077"]
    assert [t.slug for t in draft.themes.all()] == ["alimentation"]
    assert draft.primary_theme.slug == "alimentation"
    assert [y.label for y in draft.fiscal_years.all()] == ["2025-2026"]
    assert list(draft.target_groups.all()) == [world.families]
    kept = draft.answers
    texts = {
        name: text for name, text in answers(world).items() if hasattr(kept, name) and isinstance(text, str)
    }
    assert len(texts) == 13
    assert {name: getattr(kept, name) for name in texts} == texts
    assert (kept.is_declared, kept.accepts_publication, kept.declared_by) == (True, True, world.agent_mitis)


@pytest.mark.parametrize("slug", ["organisme", "initiative", "lieux", "calendrier", "budget", "declaration"])
def test_draft_is_saved_when_everything_is_missing(world, agent, draft, slug):
    empty = dict.fromkeys(page(world, slug), "") | {"complet": "1", "do": "next"}
    assert post(agent, draft, slug, empty).status_code == 302
    assert Initiative.objects.get().state == State.DRAFT


def test_short_entry_completed_in_a_section_goes_on_as_a_form(world, agent):
    modes = {}
    for mode in EntryMode:
        draft = actions.create_draft(by=world.agent_mitis, values=world.values(), entry_mode=mode)
        assert post(agent, draft, "calendrier", page(world, "calendrier")).status_code == 302
        draft.refresh_from_db()
        modes[mode] = draft.entry_mode
    begun_elsewhere = (EntryMode.QUICK, EntryMode.DIRECT)
    assert modes == {mode: EntryMode.FORM if mode in begun_elsewhere else mode for mode in EntryMode}


BAD = [
    *[
        (name, f"a{mark}b")
        for name in ("title", "summary", "description", "target_note", "citizen_participation")
        for mark in ("\x00", "\ud800")
    ],
    ("title", "a" * 201),
    ("summary", "a" * 3001),
    ("description", "a" * 10001),
    ("target_note", "a" * 301),
    ("citizen_participation", "a" * 3001),
    *[(name, text) for name in ("mission", "need") for text in ("a\x00b", "a" * 5001)],
    *[("money_source", text) for text in ("a\x00b", "a" * 201)],
    *[
        ("amount_requested", text)
        for text in (
            "1,234",
            "1.234",
            "1,234.56",
            "-5",
            "0,001",
            "10,999",
            "99 999 999 999",
            "NaN",
            "1e5",
            "douze",
            "１２",
        )
    ],
    *[
        ("expected_reach", text)
        for text in ("-1", "12.5", "2147483648", "1000001", "9" * 40, "beaucoup", "１２")
    ],
    *[
        (name, text)
        for name in ("starts_on", "ends_on")
        for text in (
            "2022-02-30",
            "01/02/2022",
            "10000-01-01",
            "99999-01-01",
            "1999-12-31",
            "hier",
            "0",
            "2022.0",
        )
    ],
    *[(name, text) for name in ("scope", "continuity") for text in ("regional", "\x00", "x" * 500)],
    *[
        (name, text)
        for name in ("primary_theme", "continues", "plan_node")
        for text in ("0", "abc", "9" * 30, "\x00", "-1")
    ],
    *[
        (name, ["", text])
        for name in ("territories", "municipalities", "themes", "target_groups")
        for text in ("0", "abc", "9" * 30, "\x00")
    ],
]


# What else of the same page is changed at the same time, and is saved all the same.
BESIDE = {
    "organisme": ("contact", lambda draft: draft.answers.contact),
    "initiative": ("need", lambda draft: draft.answers.need),
    "lieux": ("target_note", lambda draft: draft.target_note),
    "calendrier": ("activities-0-label", lambda draft: draft.activities.get().label),
    "budget": ("budget_note", lambda draft: draft.answers.budget_note),
}
OTHERS = {
    "need": ("sustainability", lambda draft: draft.answers.sustainability),
    "target_note": BESIDE["lieux"],
}


@pytest.mark.parametrize("name", sorted({name for name, _ in BAD}))
def test_bad_value_is_refused_beside_its_field_and_the_rest_is_saved(world, agent, draft, name):
    before = {
        field: getattr(draft, field)
        for field in ("amount_requested", "expected_reach", "starts_on", "ends_on")
    }
    beside, held = OTHERS.get(name, BESIDE[SECTION_OF[name]])
    if name == "target_note":
        beside, held = "expected_reach", lambda row: f"Changé {row.expected_reach - 500}"
    texts = [text for field, text in BAD if field == name]
    for number, text in enumerate(texts):
        if isinstance(text, str) and "\ud800" in text:
            text = "a\x01b"  # a form's bytes cannot carry a lone surrogate
        said = str(500 + number) if beside == "expected_reach" else f"Changé {number}"
        answer = send(agent, draft, world, name, text, **{beside: said})
        shown = answer.content.decode()
        assert (text, answer.status_code) == (text, 422)
        assert "<title>Erreur\xa0: " in shown
        assert "Il y a un problème" in shown
        assert f'id="id_{name}_error"' in shown
        assert "Le reste est enregistré" in shown
        stored = Initiative.objects.get(pk=draft.pk)
        assert held(stored) == f"Changé {number}"
        if name in before:
            assert getattr(stored, name) == before[name]
            assert f'value="{text}"' in shown
    assert len(texts) >= 2


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10,50", "10.50"),
        ("10.50", "10.50"),
        ("1\xa0234,56", "1234.56"),
        ("12 $", "12"),
        ("$12", "12"),
        ("0", "0"),
        ("9 999 999 999,99", "9999999999.99"),
    ],
)
def test_amount_is_read_as_written_here(world, agent, draft, text, amount):
    assert send(agent, draft, world, "amount_requested", text).status_code == 302
    draft.refresh_from_db()
    assert draft.amount_requested == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/12/2025", date(2025, 12, 31)), ("1er mai 2025", date(2025, 5, 1)), ("2025-6-3", date(2025, 6, 3))],
)
def test_date_is_read_as_written_here(world, agent, draft, text, day):
    assert send(agent, draft, world, "starts_on", text).status_code == 302
    draft.refresh_from_db()
    assert draft.starts_on == day


def test_end_before_start_is_refused_on_the_end(world, agent, draft):
    answer = send(
        agent,
        draft,
        world,
        "starts_on",
        "2026-06-01",
        ends_on="2026-05-01",
        **{"activities-0-label": "Gardée"},
    )
    assert answer.status_code == 422
    assert "La date de fin doit suivre la date de début (2026-06-01)" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on) == (date(2025, 5, 1), date(2026, 2, 28))
    assert draft.activities.get().label == "Gardée"


def test_summary_counts_a_new_line_as_one_character(world, agent, draft):
    assert send(agent, draft, world, "summary", "a\r\n" * 1500).status_code == 302


def test_fields_that_did_not_arrive_are_not_blanked(world, agent, draft):
    for slug in ("initiative", "lieux", "calendrier", "budget", "declaration"):
        post(agent, draft, slug, page(world, slug))
    draft.refresh_from_db()
    before = actions.facts_of(draft), draft.summary, draft.amount_requested, draft.answers.need
    for slug, part in {
        "initiative": {"title": "Titre seul"},
        "lieux": {"target_note": "Note seule"},
        "calendrier": {"activities": "1", "activities-0-label": "Une ligne seule"},
        "budget": {"expenses": "1", "sources": "1", "expenses-0-label": "Une ligne seule"},
        "declaration": {"is_declared": "on"},
    }.items():
        answer = post(agent, draft, slug, part)
        assert (slug, answer.status_code) == (slug, 422)
        assert "Une partie du formulaire n’est pas arrivée" in answer.content.decode()
    draft = Initiative.objects.get()
    facts, *rest = before
    assert (draft.title, draft.target_note) == ("Titre seul", "Note seule")
    assert (actions.facts_of(draft).themes, actions.facts_of(draft).territories) == (
        facts.themes,
        facts.territories,
    )
    assert [draft.summary, draft.amount_requested, draft.answers.need] == rest
    assert (draft.activities.count(), draft.budget_lines.count(), draft.partnerships.count()) == (1, 3, 1)
    assert (draft.activities.get().label, draft.answers.accepts_publication) == ("Installer le frigo", True)


def test_groups_and_boxes_that_arrived_empty_are_emptied(world, agent, draft):
    post(agent, draft, "declaration", page(world, "declaration"))
    fields = {"municipalities": [""], "themes": [""], "primary_theme": ""}
    assert post(agent, draft, "lieux", page(world, "lieux", **fields)).status_code == 302
    assert post(agent, draft, "declaration", page(world, "declaration", is_declared="")).status_code == 302
    draft = Initiative.objects.get()
    assert (draft.municipalities.count(), draft.themes.count()) == (0, 0)
    assert (draft.answers.is_declared, draft.answers.declared_by, draft.answers.accepts_publication) == (
        False,
        None,
        True,
    )


def test_what_is_not_of_the_section_is_ignored(world, agent, draft):
    extra = {
        "state": "approved",
        "number": "BSL-1",
        "is_demo": "1",
        "created_by": world.coordination.pk,
        "slug": "x",
        "publication": "published",
        "internal_note": "x",
        "actual_reach": "9",
        "source_note": "x",
        "entry_mode": "paper",
        "amount_requested": "1",
        "need": "x",
    }
    assert post(agent, draft, "lieux", page(world, "lieux") | extra).status_code == 302
    row = Initiative.objects.get()
    assert (row.state, row.number, row.is_demo, row.entry_mode) == (
        State.DRAFT,
        None,
        False,
        EntryMode.FORM,
    )
    assert (row.created_by, row.publication, row.amount_requested) == (world.agent_mitis, "unpublished", 5000)
    assert (row.internal_note, row.actual_reach, row.source_note) == ("", None, "")
    assert not hasattr(row, "answers")


def test_more_than_a_thousand_fields_is_a_french_400(world, agent, draft):
    answer = agent.post(section_of(draft, "initiative"), {f"f{n}": "1" for n in range(1100)})
    assert answer.status_code == 400
    assert "La demande n’a pas pu être lue" in answer.content.decode()


@pytest.mark.parametrize("body", [b"{}", b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nabc'])
@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_body_of_another_kind_never_blanks(world, agent, draft, body, kind):
    answer = agent.post(section_of(draft, "initiative"), body, content_type=kind)
    assert answer.status_code in (400, 409, 422)
    draft.refresh_from_db()
    assert draft.summary == "Un frigo ouvert à tout le monde, jour et nuit."


def test_markup_is_shown_as_text(world, agent, draft):
    script = "<script>alert(1)</script>{{7*7}}"
    changes = {"title": script, "summary": '"><img src=x onerror=alert(1)>', "need": script}
    post(agent, draft, "initiative", page(world, "initiative", **changes))
    lines = {"expenses-0-label": script, "sources-0-label": script}
    post(agent, draft, "budget", page(world, "budget", **lines))
    file = f"/espace/initiatives/{draft.pk}/"
    pages = [
        section_of(draft, "initiative"),
        section_of(draft, "budget"),
        f"{file}modifier/",
        file,
        "/espace/",
    ]
    for address in [*pages, f"{file}deposer/"]:
        shown = agent.get(address).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "{{7*7}}" in shown


def test_choices_of_another_mrc_are_refused(world, agent, draft):
    other = world.municipalities["13073"].pk, world.territories["temiscouata"].pk
    fields = page(world, "lieux", municipalities=["", str(other[0])], territories=["", str(other[1])])
    answer = post(agent, draft, "lieux", fields)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Choisissez parmi les municipalités de vos MRC" in shown
    assert "Choisissez parmi vos MRC" in shown
    assert [t.slug for t in draft.territories.all()] == ["la-mitis"]


def test_saving_keeps_the_mrc_that_a_colleague_serves(world, agent):
    both = [world.territories["la-mitis"], world.territories["temiscouata"]]
    draft = world.initiative(
        scope="supralocal", territories=both, municipalities=[world.municipalities["13073"]]
    )
    assert send(agent, draft, world, "scope", "supralocal").status_code == 302
    assert {t.slug for t in draft.territories.all()} == {"la-mitis", "temiscouata"}
    assert {m.code for m in draft.municipalities.all()} == {"13073", "09077"}
    assert (
        "Ce dossier concerne aussi\xa0: Témiscouata" in agent.get(section_of(draft, "lieux")).content.decode()
    )


def test_sequel_needs_the_continued_box(world, agent, draft):
    previous = world.published()
    refused = send(agent, draft, world, "continues", str(previous.pk))
    assert (refused.status_code, "Cochez «" in refused.content.decode()) == (422, True)
    assert send(agent, draft, world, "continues", str(previous.pk), continuity="continued").status_code == 302
    draft.refresh_from_db()
    assert draft.continues == previous
    refused = send(agent, draft, world, "continues", None, continuity="new")
    assert refused.status_code == 422
    draft.refresh_from_db()
    assert (draft.continues, draft.continuity) == (previous, "continued")


def test_notes_of_partners_are_kept_and_a_partner_removed(world, agent, draft):
    actions.update(
        initiative=draft,
        by=world.agent_mitis,
        values={},
        partners=[(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.PARTNER, "Prêt du local")],
    )
    lead, partner = draft.partnerships.order_by("pk")
    post(agent, draft, "organisme", page(world, "organisme") | {f"partenaire-{lead.pk}-note": "Coordonne"})
    assert [(p.organization, p.note) for p in draft.partnerships.order_by("pk")] == [
        (world.moisson, "Coordonne"),
        (world.cdc, "Prêt du local"),
    ]
    answer = post(
        agent, draft, "organisme", page(world, "organisme") | {f"partenaire-{lead.pk}-note": "a" * 301}
    )
    assert answer.status_code == 422
    post(agent, draft, "organisme", page(world, "organisme") | {f"partenaire-{partner.pk}-remove": "on"})
    assert [p.organization for p in draft.partnerships.all()] == [world.moisson]
