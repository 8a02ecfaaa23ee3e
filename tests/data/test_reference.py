"""What `load_reference` adds: facts, counted, with their words, and never twice."""

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.records import save_as
from alliance.lib.text import query_terms
from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import reference
from alliance.portal.models import DataVersion
from alliance.portal.reference.author import EMAIL, author
from funding import ledger
from funding.models import (
    Allocation,
    CommitmentMovement,
    Contribution,
    Envelope,
    PublishedFigure,
)
from initiatives import actions, workflow
from initiatives.choices import Publication, Scope, State
from initiatives.models import FiscalYear, Initiative, NumberSequence, Period, Snapshot, Theme
from territories.actions import find_organization, update_organization
from territories.models import Municipality, Organization, Territory
from tests.data.conftest import fingerprint

pytestmark = pytest.mark.django_db


def test_reference_counts_are_those_of_the_sources(loaded):
    assert loaded == {
        "MRC": 8,
        "municipalités et territoires non organisés": 128,
        "périodes": 3,
        "exercices": 10,
        "thèmes": 8,
        "mots équivalents": 53,
        "groupes de personnes visées": 13,
        "sources de financement": 3,
        "enveloppes": 1,
        "lignes d’affectation": 9,
        "chiffres annoncés": 26,
        "organisations": 34,
        "initiatives": 34,
        "Zooms": 1,
    }
    assert Counter(Municipality.objects.values_list("kind", flat=True)) == {"municipalite": 114, "tno": 14}
    assert Municipality.objects.values("slug").distinct().count() == 128
    assert [row.slug for row in Territory.objects.all()] == [
        "kamouraska",
        "riviere-du-loup",
        "temiscouata",
        "les-basques",
        "rimouski-neigette",
        "la-mitis",
        "la-matanie",
        "la-matapedia",
    ]


def test_population_of_the_region_is_that_of_the_census(loaded):
    assert sum(Territory.objects.values_list("population", flat=True)) == 199_039
    assert sum(Municipality.objects.values_list("population", flat=True)) == 199_039


def test_merged_municipality_stays_until_its_last_day(loaded):
    merged = Municipality.objects.get(slug="saint-guy")
    assert (merged.territory.slug, merged.merged_into.slug, merged.merged_into.territory.slug) == (
        "les-basques",
        "lac-des-aigles",
        "temiscouata",
    )
    eve, day = date(2024, 7, 30), date(2024, 7, 31)
    assert Municipality.objects.current(eve).count() == 128
    assert Municipality.objects.current(day).count() == 127


def test_nine_lines_add_up_to_the_announced_amount(loaded):
    lines = ledger.lines(Allocation.objects.all())
    assert len(lines) == 9
    assert ledger.total(line.allocated for line in lines) == Decimal("1586962.00")
    assert lines[-1].allocation.line_name == "Projets régionaux"
    envelope = Envelope.objects.get()
    assert ledger.envelope_amount(envelope) == Decimal("6014144.00")
    assert all("iheartradio" in row.reason for line in lines for row in line.allocation.movements.all())


def test_no_real_initiative_has_an_amount(loaded):
    assert Initiative.objects.count() == 34
    assert CommitmentMovement.objects.count() == 0
    assert Contribution.objects.count() == 0
    assert set(Initiative.objects.values_list("amount_requested", flat=True)) == {None}
    assert {row.awarded for row in ledger.with_awarded(Initiative.objects.all())} == {None}


def test_real_initiatives_are_published_with_their_source_and_what_it_says(loaded):
    rows = Initiative.objects.all()
    assert {row.publication for row in rows} == {Publication.PUBLISHED}
    assert Counter(row.source_note.split("\xa0")[0].split(" ")[0] for row in rows) == {
        "Zoom": 22,
        "Communiqué": 12,
    }
    assert Counter(row.state for row in rows) == {State.IN_PROGRESS: 30, State.APPROVED: 4}
    assert {year.label for row in rows for year in row.fiscal_years.all()} == {"2020-2021"}
    assert {(row.is_demo, row.verified_on, row.starts_on, row.ends_on) for row in rows} == {
        (False, None, None, None)
    }
    unknown_place = rows.filter(scope=Scope.LOCAL, territories=None)
    assert unknown_place.count() == 11  # ten examples of the first year, one line of the Zoom
    assert Snapshot.objects.count() == 0
    assert [row.name for row in rows[0].transitions.all()] == ["record"]


def test_roles_of_the_campaign_against_prejudice_stay_apart(loaded):
    campaign = Initiative.objects.get(title="Campagne régionale de sensibilisation aux préjugés")
    assert {row.role: row.organization.slug for row in campaign.partnerships.all()} == {
        "lead": "comite-prejuges-bsl",
        "fiduciary": "aprn",
        "partner": "rasst",
    }
    assert campaign.state == State.APPROVED
    assert Initiative.objects.get(quantity_note="300 trousses").territories.get().slug == "la-matanie"


@pytest.mark.parametrize(
    ("code", "value", "precision", "words"),
    [
        ("nb-initiatives-an1", 80, "at_least", "au-delà de 80 initiatives"),
        ("montant-an1-total", 2016049, "exact", "totalisant 2\xa0016\xa0049\xa0$, dont 1\xa0025\xa0070\xa0$"),
        ("montant-an1-alliance", 1025070, "exact", "dans le cadre des Alliances pour la solidarité"),
        ("montant-crise-total", 483000, "at_least", "plus de 483\xa0000\xa0$"),
        ("montant-crise-fqis", 189000, "about", "près de 189\xa0000\xa0$"),
        ("nb-organisations", 200, "at_least", "plus de 200 organisations"),
        ("nb-initiatives-crise", 20, "at_least", "plus de 20 initiatives"),
        ("bsl-2021-2022-fqis", 1586962, "exact", "1\xa0586\xa0962\xa0$"),
        ("bsl-2021-2022-total", 2400000, "at_least", "plus de 2,4\xa0M$"),
        ("bsl-enveloppe-2019-2023", 6014144, "exact", "6\xa0014\xa0144\xa0$"),
    ],
)
def test_announced_figure_keeps_its_words(loaded, code, value, precision, words):
    figure = PublishedFigure.objects.get(code=code)
    assert (figure.value, figure.precision) == (value, precision)
    assert words in figure.wording
    assert figure.source


def test_figures_that_nobody_announced_are_left_out(loaded):
    codes = set(PublishedFigure.objects.values_list("code", flat=True))
    assert len(codes) == 26
    assert codes & {"montant-an1-autres", "periode-suite"} == set()


def test_second_run_writes_nothing(loaded):
    before, version = fingerprint(), DataVersion.objects.get().number
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert out.getvalue() == "Les données de référence sont à jour.\n"
    assert fingerprint() == before
    assert DataVersion.objects.get().number == version
    assert len(before) >= 40  # tables, histories included


def test_second_run_leaves_what_people_changed(loaded):
    by = author()
    organization = Organization.objects.get(slug="moisson-mitis")
    update_organization(organization=organization, by=by, values={"name": "Moisson de La Mitis"})
    Theme.objects.filter(slug="logement").update(synonyms="logis")
    shown = Initiative.objects.get(title__startswith="Aide alimentaire bonifiée (Moisson Mitis)")
    actions.unpublish(initiative=shown, by=by)
    assert reference.load() == {}
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Moisson de La Mitis", "moisson-de-la-mitis")
    assert Theme.objects.get(slug="logement").synonyms == "logis"
    assert Initiative.objects.get(pk=shown.pk).publication == Publication.WITHDRAWN


def test_words_once_loaded_become_those_of_today_and_those_of_people_stay(loaded):
    today = Theme.objects.get(slug="logement").synonyms
    person = User.objects.create_user("mots@example.org", None, full_name="Mots", role=Role.ADMINISTRATION)
    for slug, by in (("logement", author()), ("transport", person)):
        theme = Theme.objects.get(slug=slug)
        theme.synonyms = "mots d’hier"
        save_as(theme, by)
    assert reference.load() == {"mots des thèmes": 1}
    assert [Theme.objects.get(slug=slug).synonyms for slug in ("logement", "transport")] == [
        today,
        "mots d’hier",
    ]
    assert Theme.objects.get(slug="logement").history.count() == 4  # made, given its periods, hier, today
    assert reference.load() == {}


def test_every_spelling_of_the_sources_finds_its_organization(loaded):
    for text, slug in {
        "MRC du Témiscouata": "mrc-temiscouata",
        "la mrc de temiscouata": "mrc-temiscouata",
        "CRD": "crd-bsl",
        "La Tablée des chefs": "tablee-des-chefs",
        "la Tablee des chefs": "tablee-des-chefs",
        "l'Autre-Toit du KRTB": "autre-toit-krtb",
        "CDC des Grandes Marées": "cdc-grandes-marees",
        "Auberge du coeur Le Transit": "le-transit",
        "ministère du Travail, de l'Emploi et de la Solidarité sociale": "mtess",
    }.items():
        assert find_organization(text).slug == slug
    assert find_organization("bibliothèque municipale") is None


def test_author_account_can_do_nothing(loaded):
    user = User.objects.get(email=EMAIL)
    assert (user.is_active, user.role, user.has_usable_password()) == (False, Role.READER, False)
    assert not user.has_perm("initiatives.view_initiative")


def test_themes_have_the_look_and_the_words_people_use(loaded):
    assert {row.slug: (row.tone, row.mark, row.is_crosscutting) for row in Theme.objects.all()} == {
        "emploi-formation": ("river", "work", False),
        "alimentation": ("forest", "food", False),
        "logement": ("amber", "home", False),
        "sante": ("red", "health", False),
        "transport": ("teal", "transport", False),
        "services-proximite": ("mist", "nearby", False),
        "prejuges": ("plum", "voice", False),
        "participation-citoyenne": ("slate", "citizen", True),
    }
    assert all("211" in row.description and row.synonyms for row in Theme.objects.all())
    assert {row.periods.count() for row in Theme.objects.all()} == {Period.objects.count()}


def test_numbers_begin_in_the_year_of_the_initiatives(loaded):
    assert set(Initiative.objects.values_list("number", flat=True)) == {
        f"BSL-2020-{rank:03d}" for rank in range(1, 35)
    }
    assert NumberSequence.objects.get().last == 34
    found = Initiative.objects.all()
    for term in query_terms("BSL-2020-017"):
        found = found.filter(search_text__contains=f" {term}")
    assert [row.number for row in found] == ["BSL-2020-017"]


def test_list_of_the_reference_files_counts_their_rows():
    folder = settings.BASE_DIR / "fixtures"
    told = {}
    for line in (folder / "LISEZMOI.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            _, names, counts, _ = line.split("|", 3)
            told |= dict(zip(re.findall(r"`(.+?)`", names), map(int, counts.split(",")), strict=True))
    rows = {
        path.name: len(list(csv.DictReader(StringIO(path.read_text(encoding="utf-8")))))
        for path in folder.glob("*.csv")
    }
    assert told == rows


def test_no_reference_file_holds_a_contact():
    files = sorted((settings.BASE_DIR / "fixtures").glob("*.csv"))
    assert len(files) == 15
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            text = "".join(cell for row in csv.reader(file) for cell in row)
        assert "@" not in text, path.name


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.DECLINED, State.CANCELLED])
def test_record_from_source_refuses_a_state_the_public_does_not_read(loaded, state):
    with pytest.raises(Refusal, match="Retenue, En cours, Terminée"):
        actions.record_from_source(by=author(), values={"title": "X"}, state=state, source_note="Texte")


def test_record_from_source_needs_a_source_and_a_right(loaded):
    with pytest.raises(Refusal, match="texte publié"):
        actions.record_from_source(by=author(), values={}, state=State.COMPLETED, source_note=" ")
    agent = User.objects.create_user("a@exemple.invalid", None, full_name="A", role=Role.AGENT)
    with pytest.raises(NotAllowed):
        actions.record_from_source(by=agent, values={}, state=State.COMPLETED, source_note="Texte")
    assert workflow.RECORD not in workflow.TRANSITIONS


def test_fiscal_years_run_from_the_first_envelope_to_the_end_of_the_agreements(loaded):
    labels = list(FiscalYear.objects.order_by("starts_on").values_list("label", flat=True))
    assert (labels[0], labels[-1], len(labels)) == ("2019-2020", "2028-2029", 10)
