"""The form of an initiative: what is saved, what is refused beside its field, and what is never lost."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from initiatives import actions
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative
from tests.espace.forms import typed

NEW = "/espace/initiatives/nouvelle/"


def edit(initiative):
    return f"/espace/initiatives/{initiative.pk}/modifier/"


def post(client, initiative, fields, **extra):
    initiative.refresh_from_db()
    return client.post(edit(initiative), fields | {"version": initiative.version}, **extra)


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative(amount_requested=Decimal("5000"), expected_reach=10)


def test_draft_is_saved_when_everything_is_missing(world, agent):
    answer = agent.post(NEW, {"title": "", "complet": "1", "do": "save", "entry_token": uuid4()})
    initiative = Initiative.objects.get()
    assert answer["Location"] == edit(initiative)
    assert (initiative.state, initiative.created_by, initiative.title) == (State.DRAFT, world.agent_mitis, "")
    assert "Brouillon enregistré à" in agent.get(edit(initiative)).content.decode()


def test_complete_form_is_stored_field_by_field(world, agent):
    agent.post(
        NEW,
        typed(
            world,
            title="  Frigo\u202e du\tquartier ",
            amount_requested="12\u202f500,50 $",
            expected_reach="2 000",
        ),
    )
    initiative = Initiative.objects.get()
    assert initiative.title == "Frigo du quartier"
    assert initiative.amount_requested == Decimal("12500.50")
    assert (initiative.expected_reach, initiative.starts_on) == (2000, date(2025, 5, 1))
    assert [t.slug for t in initiative.territories.all()] == ["la-mitis"]
    assert [m.code for m in initiative.municipalities.all()] == ["09077"]
    assert [t.slug for t in initiative.themes.all()] == ["alimentation"]
    assert initiative.primary_theme.slug == "alimentation"
    assert [y.label for y in initiative.fiscal_years.all()] == ["2025-2026"]
    assert list(initiative.target_groups.all()) == [world.families]


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
        for name in ("primary_theme", "continues")
        for text in ("0", "abc", "9" * 30, "\x00", "-1")
    ],
    *[
        (name, ["", text])
        for name in ("territories", "municipalities", "themes", "target_groups")
        for text in ("0", "abc", "9" * 30, "\x00")
    ],
]


@pytest.mark.parametrize("name", sorted({name for name, _ in BAD}))
def test_bad_value_is_refused_beside_its_field_and_the_rest_is_saved(world, agent, draft, name):
    before = {
        field: getattr(draft, field)
        for field in ("amount_requested", "expected_reach", "starts_on", "ends_on")
    }
    kept = "title" if name != "title" else "target_note"
    texts = [text for field, text in BAD if field == name]
    for number, text in enumerate(texts):
        if isinstance(text, str) and "\ud800" in text:
            text = "a\x01b"  # a form's bytes cannot carry a lone surrogate
        fields = typed(world, amount_requested="7000") | {kept: f"Changé {number}", name: text}
        answer = post(agent, draft, fields)
        page = answer.content.decode()
        assert (text, answer.status_code) == (text, 422)
        assert "<title>Erreur\xa0: " in page
        assert "Il y a un problème" in page
        assert f'id="id_{name}_error"' in page
        assert "Le reste est enregistré" in page
        draft.refresh_from_db()
        assert getattr(draft, kept) == f"Changé {number}"
        if name in before:
            assert getattr(draft, name) == before[name]
            assert f'value="{text}"' in page
        else:
            assert draft.amount_requested == Decimal("7000")
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
    assert post(agent, draft, typed(world, amount_requested=text)).status_code == 302
    draft.refresh_from_db()
    assert draft.amount_requested == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/12/2025", date(2025, 12, 31)), ("1er mai 2025", date(2025, 5, 1)), ("2025-6-3", date(2025, 6, 3))],
)
def test_date_is_read_as_written_here(world, agent, draft, text, day):
    assert post(agent, draft, typed(world, starts_on=text)).status_code == 302
    draft.refresh_from_db()
    assert draft.starts_on == day


def test_end_before_start_is_refused_on_the_end(world, agent, draft):
    answer = post(
        agent, draft, typed(world, starts_on="2026-06-01", ends_on="2026-05-01", title="Titre gardé")
    )
    assert answer.status_code == 422
    assert "La date de fin doit suivre la date de début (2026-06-01)" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on, draft.title) == (
        date(2025, 5, 1),
        date(2026, 2, 28),
        "Titre gardé",
    )


def test_summary_counts_a_new_line_as_one_character(world, agent, draft):
    assert post(agent, draft, typed(world, summary="a\r\n" * 1500)).status_code == 302


def test_fields_that_did_not_arrive_are_not_blanked(world, agent, draft):
    answer = post(agent, draft, {"title": "Titre seul"})
    assert answer.status_code == 422
    assert "Une partie du formulaire n’est pas arrivée" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.title == "Titre seul"
    assert (draft.summary, draft.amount_requested) == ("Un frigo ouvert à tout le monde, jour et nuit.", 5000)
    assert (draft.themes.count(), draft.territories.count(), draft.partnerships.count()) == (1, 1, 1)


def test_groups_that_arrived_empty_are_emptied(world, agent, draft):
    assert (
        post(agent, draft, typed(world, municipalities=[""], themes=[""], primary_theme="")).status_code
        == 302
    )
    assert (draft.municipalities.count(), draft.themes.count()) == (0, 0)


def test_what_is_not_in_the_form_is_ignored(world, agent):
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
        "plan_node": "1",
    }
    agent.post(NEW, typed(world) | extra)
    initiative = Initiative.objects.get()
    assert (initiative.state, initiative.number, initiative.is_demo) == (State.DRAFT, None, False)
    assert (initiative.created_by, initiative.publication) == (world.agent_mitis, "unpublished")
    assert (initiative.internal_note, initiative.actual_reach, initiative.source_note) == ("", None, "")


def test_more_than_a_thousand_fields_is_a_french_400(world, agent, draft):
    answer = agent.post(edit(draft), {f"f{n}": "1" for n in range(1100)})
    assert answer.status_code == 400
    assert "La demande n’a pas pu être lue" in answer.content.decode()


@pytest.mark.parametrize("body", [b"{}", b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nabc'])
@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_body_of_another_kind_never_blanks(world, agent, draft, body, kind):
    answer = agent.post(edit(draft), body, content_type=kind)
    assert answer.status_code in (400, 409, 422)
    draft.refresh_from_db()
    assert draft.summary == "Un frigo ouvert à tout le monde, jour et nuit."


def test_markup_is_shown_as_text(world, agent, draft):
    post(
        agent,
        draft,
        typed(world, title="<script>alert(1)</script>{{7*7}}", summary='"><img src=x onerror=alert(1)>'),
    )
    for address in (
        edit(draft),
        f"/espace/initiatives/{draft.pk}/",
        "/espace/",
        f"/espace/initiatives/{draft.pk}/deposer/",
    ):
        page = agent.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{7*7}}" in page


def test_choices_of_another_mrc_are_refused(world, agent, draft):
    other = world.municipalities["13073"].pk, world.territories["temiscouata"].pk
    answer = post(
        agent, draft, typed(world, municipalities=["", str(other[0])], territories=["", str(other[1])])
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choisissez parmi les municipalités de vos MRC" in page
    assert "Choisissez parmi vos MRC" in page
    assert [t.slug for t in draft.territories.all()] == ["la-mitis"]


def test_saving_keeps_the_mrc_that_a_colleague_serves(world, agent):
    both = [world.territories["la-mitis"], world.territories["temiscouata"]]
    draft = world.initiative(
        scope="supralocal", territories=both, municipalities=[world.municipalities["13073"]]
    )
    assert post(agent, draft, typed(world, scope="supralocal")).status_code == 302
    assert {t.slug for t in draft.territories.all()} == {"la-mitis", "temiscouata"}
    assert {m.code for m in draft.municipalities.all()} == {"13073", "09077"}
    assert "Ce dossier concerne aussi\xa0: Témiscouata" in agent.get(edit(draft)).content.decode()


def test_sequel_needs_the_continued_box(world, agent, draft):
    previous = world.published()
    refused = post(agent, draft, typed(world, continues=str(previous.pk)))
    assert (refused.status_code, "Cochez «" in refused.content.decode()) == (422, True)
    assert (
        post(agent, draft, typed(world, continues=str(previous.pk), continuity="continued")).status_code
        == 302
    )
    draft.refresh_from_db()
    assert draft.continues == previous
    refused = post(agent, draft, typed(world, continues=None, continuity="new"))
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
    post(agent, draft, typed(world) | {f"partenaire-{lead.pk}-note": "Coordonne"})
    assert [(p.organization, p.note) for p in draft.partnerships.order_by("pk")] == [
        (world.moisson, "Coordonne"),
        (world.cdc, "Prêt du local"),
    ]
    answer = post(agent, draft, typed(world) | {f"partenaire-{lead.pk}-note": "a" * 301})
    assert answer.status_code == 422
    post(agent, draft, typed(world) | {f"partenaire-{partner.pk}-remove": "on"})
    assert [p.organization for p in draft.partnerships.all()] == [world.moisson]
