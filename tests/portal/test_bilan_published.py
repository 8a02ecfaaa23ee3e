"""Publishing freezes: a version never changes, says what changed since, and names nothing that left the site."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import directory
from alliance.portal.actions import publish_bilan
from alliance.portal.bilan import pdf, versions
from alliance.portal.bilan.build import build
from alliance.portal.bilan.document import PUBLISHED, from_json
from alliance.portal.models import BilanVersion
from alliance.portal.views.bilan import pdf_page
from funding import actions as money
from funding.choices import ContributionKind
from initiatives import actions
from initiatives.models import Initiative, Report
from tests.portal import bilan_year

pytestmark = pytest.mark.django_db
LABEL = bilan_year.LABEL


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel(datetime(2026, 5, 10, 12, tzinfo=UTC)):
        yield


def publish(world, **changes):
    return publish_bilan(**{"year": world.year, "by": world.coordination, **changes})


def test_publishing_keeps_the_document_and_the_facts(filled):
    version = publish(filled, note="Première version")
    document = from_json(version.content["document"])
    live = build(filled.year, directory.build(0))
    assert (version.number, document.version, document.status) == (1, 1, PUBLISHED)
    assert document.note == version.note == "Première version"
    words = document.section("communique").paragraphs[0]
    assert words == live.section("communique").paragraphs[0].replace("Chiffres provisoires", "Chiffres")
    others = [section for section in live.sections if section.code != "communique"]
    assert [section for section in document.sections if section.code != "communique"] == others
    assert sorted(fact["number"] for fact in version.content["facts"]) == sorted(
        row.number for row in filled.rows
    )


def test_double_click_publishes_once(filled):
    token = uuid4()
    first = publish(filled, token=token)
    assert publish(filled, token=token) == first
    assert BilanVersion.objects.count() == 1


def test_same_content_is_refused_with_the_last_version_named(filled):
    publish(filled)
    with time_machine.travel(datetime(2026, 5, 12, 12, tzinfo=UTC)), pytest.raises(Refusal) as refused:
        publish(filled, note="Autre remarque")
    assert refused.value.reasons == [
        "Rien n’a changé depuis la version 1, publiée le 10 mai 2026\xa0: elle dit déjà ce que dirait une nouvelle version."
    ]
    bilan_year.more(filled)
    assert publish(filled).number == 2


@pytest.mark.parametrize("name", ["agent_mitis", "committee_mitis", "accounting", "reader"])
def test_only_coordination_and_administration_publish(filled, name):
    with pytest.raises(NotAllowed):
        publish(filled, by=getattr(filled, name))
    assert BilanVersion.objects.count() == 0


def test_year_under_way_is_refused(filled):
    with pytest.raises(Refusal) as refused:
        publish(filled, year=filled.years["2026-2027"])
    assert refused.value.reasons == [
        "L’exercice 2026-2027 se termine le 31 mars 2027\xa0: son bilan se publie après cette date. "
        "D’ici là, la page du bilan en donne les chiffres provisoires."
    ]
    assert publish(filled, by=filled.administration).number == 1


def change_everything(world):
    """Award more, add an initiative, take one off the site, rename another."""
    food, housing, transport, garden = world.rows
    world.award(transport, "250")
    bilan_year.more(world, title="Nouvelle venue")
    actions.unpublish(initiative=food, by=world.coordination)
    actions.update(initiative=housing, by=world.coordination, values={"title": "Autre nom"})
    money.release(commitment=garden.commitments.get(), by=world.coordination, reason="Abandon")


def get(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_frozen_version_says_the_same_figures_whatever_comes_after(filled, client):
    version = publish(filled)
    before = version.content
    address = f"/bilan/{LABEL}/version-1"
    csv_before = get(client, f"{address}.csv")
    change_everything(filled)
    version.refresh_from_db()
    assert version.content == before
    food = filled.rows[0]
    page, csv_after = get(client, f"{address}/"), get(client, f"{address}.csv")
    assert "16\xa0500,50\xa0$" in page
    assert "4 initiatives" in page
    assert food.number in page
    assert "retirée du site" in page
    for text in (page, csv_after):
        assert food.title not in text
        assert bilan_year.STORY not in text
        assert "Nouvelle venue" not in text.split("faits-saillants", 1)[-1]
    kept = [line for line in csv_before.splitlines() if food.number not in line]
    assert [line for line in csv_after.splitlines() if food.number not in line] == kept
    assert "Logements d’étudiants" in csv_after  # named as it was published


def test_changes_since_add_up_to_the_difference_of_the_figure(filled):
    version = publish(filled)
    before = from_json(version.content["document"])
    change_everything(filled)
    now = directory.build(0)
    after = build(filled.year, now)
    told = versions.since(version, now).explanation
    assert told.before == (4, before.figure("fqis-accorde").value)
    assert told.after == (after.figure("initiatives").value, after.figure("fqis-accorde").value)
    moved = after.figure("fqis-accorde").value - before.figure("fqis-accorde").value
    assert sum(change.effect.dollars for change in told.changes) == moved == Decimal("-12150.50")


def test_live_page_leads_to_the_last_version_and_says_what_changed(filled, client):
    assert "version publiée" not in get(client, f"/bilan/{LABEL}/")
    publish(filled)
    assert "Depuis la version publiée" in get(client, f"/bilan/{LABEL}/")
    bilan_year.more(filled, title="Nouvelle venue")
    page = get(client, f"/bilan/{LABEL}/")
    assert f'href="/bilan/{LABEL}/version-1/"' in page
    assert "passe de 16\xa0500,50\xa0$ à 16\xa0600,50\xa0$" in page
    assert "Voir 1 initiative touchée" in page
    assert f"/chiffres/changements/?de={LABEL}.1&amp;exercice={LABEL}" in page


def test_open_year_is_provisional_and_a_published_version_is_not(filled, client):
    assert "Provisoire\xa0: l’exercice est ouvert" in get(client, f"/bilan/{LABEL}/")
    publish(filled)
    page = get(client, f"/bilan/{LABEL}/version-1/")
    assert "Provisoire" not in page
    assert "Version 1, figée le 10 mai 2026" in page


def test_list_gives_years_and_versions(filled, client):
    publish(filled)
    page = get(client, "/bilan/")
    assert f'href="/bilan/{LABEL}/"' in page
    assert f'href="/bilan/{LABEL}/version-1/"' in page
    assert "2024-2025" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/bilan/1999-2000/",
        "/bilan/2025/",
        "/bilan/1999-2000.csv",
        "/bilan/2025-2026.docx",
        "/bilan/2025-2026/version-9/",
        "/bilan/2025-2026/version-0/",
        "/bilan/2025-2026/version-99999999999999999999999/",
        "/bilan/2025-2026/version-9.pdf",
        "/bilan/2024-2025/version-1/",
        "/bilan/2025-2026/version-1.docx",
    ],
)
def test_unknown_year_version_or_format_is_a_french_404(filled, client, path):
    publish(filled)
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'lang="fr-CA"' in answer.content.decode()


@pytest.mark.parametrize("end", ["/", ".csv", ".xlsx", "/version-1/", "/version-1.csv", "/version-1.xlsx"])
def test_addresses_answer_head_and_304_and_set_no_cookie(filled, client, end):
    publish(filled)
    path = f"/bilan/{LABEL}{end}"
    first = client.get(path)
    assert (first.status_code, len(first.cookies)) == (200, 0)
    assert client.head(path).status_code == 200
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    bilan_year.more(filled)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.post(path).status_code == 405


def test_file_address_has_one_form(filled, client):
    answer = client.get(f"/bilan/{LABEL}.csv?x=1")
    assert (answer.status_code, answer["Location"]) == (301, f"/bilan/{LABEL}.csv")


def test_files_are_named_after_the_year_and_the_version(filled, client):
    publish(filled)
    names = [
        client.get(f"/bilan/{LABEL}{end}")["Content-Disposition"]
        for end in (".csv", ".xlsx", "/version-1.csv")
    ]
    assert names == [
        f'attachment; filename="bilan-{LABEL}.csv"',
        f'attachment; filename="bilan-{LABEL}.xlsx"',
        f'attachment; filename="bilan-{LABEL}-version-1.csv"',
    ]


def test_without_a_pdf_maker_no_link_is_offered_and_the_address_explains(filled, client, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    assert ".pdf" not in get(client, f"/bilan/{LABEL}/")
    answer = client.get(f"/bilan/{LABEL}.pdf")
    assert answer.status_code == 404
    assert "Ce serveur ne produit pas de PDF" in answer.content.decode()


def test_new_version_shows_on_the_live_page_at_once(filled, client):
    client.get(f"/bilan/{LABEL}/")
    publish(filled)
    assert "version-1" in get(client, f"/bilan/{LABEL}/")


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_number_of_questions(world, client, count):
    world.year = world.years[LABEL]
    for _ in range(count):
        bilan_year.more(world)
    publish(world)
    client.get("/bilan/")  # the directory is read
    asked = []
    for end in ("/", "/version-1/", ".csv", "/version-1.csv"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/bilan/{LABEL}{end}")
        asked.append(len(queries))
    assert asked == [8, 7, 5, 2]  # one more where stories were told: does their consent hold?


def test_admin_says_what_will_be_frozen_then_publishes_once(filled, client_for):
    client = client_for(filled.coordination)
    address = reverse("admin:portal_bilanversion_freeze", args=[filled.year.pk])
    page = client.get(address).content.decode()
    for said in (
        "16\xa0500,50\xa0$",
        "L’exercice n’est pas fermé",
        "il ne se modifie pas et ne s’efface pas",
    ):
        assert said in page, said
    data = {"note": "Adoptée par la Table", "token": str(uuid4())}
    for _ in range(2):
        assert client.post(address, data).status_code == 302
    assert [(v.number, v.note) for v in BilanVersion.objects.all()] == [(1, "Adoptée par la Table")]
    refused = client.post(address, data | {"token": str(uuid4())})
    assert refused.status_code == 422
    assert "Rien n’a changé depuis la version 1" in refused.content.decode()
    assert (
        address
        in client.get(reverse("admin:initiatives_fiscalyear_change", args=[filled.year.pk])).content.decode()
    )


def test_admin_offers_no_button_for_a_year_under_way(filled, client_for):
    client = client_for(filled.coordination)
    address = reverse("admin:portal_bilanversion_freeze", args=[filled.years["2026-2027"].pk])
    page = client.get(address).content.decode()
    assert "son bilan se publie après cette date" in page
    assert 'type="submit" class="default' not in page
    assert client.post(address, {"token": str(uuid4())}).status_code == 422
    assert client_for(filled.accounting).get(address).status_code == 403


# What somebody takes back, what is invented, what moves meanwhile ------------------------------------------------


def everywhere(client):
    """Return what the page, the CSV, the workbook and what becomes the PDF say of version 1."""
    address = f"/bilan/{LABEL}/version-1"
    book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").content))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    version = BilanVersion.objects.get()
    printed = pdf_page(versions.frozen(version, directory.build(0)))
    return [get(client, f"{address}/"), get(client, f"{address}.csv"), "\n".join(cells), printed]


@pytest.mark.parametrize("changed", [{"story_consent": False}, {"story": ""}, {"story": "Autre texte"}])
def test_story_whose_consent_is_withdrawn_leaves_every_rendering_of_a_version(filled, client, changed):
    publish(filled)
    assert [bilan_year.STORY in text for text in everywhere(client)] == [True] * 4
    Report.objects.filter(story=bilan_year.STORY).update(**changed)
    assert [bilan_year.STORY in text for text in everywhere(client)] == [False] * 4
    assert filled.rows[0].title in get(client, f"/bilan/{LABEL}/version-1/")


def test_real_account_does_not_freeze_demonstration_data(filled, client_for):
    Initiative.objects.filter(pk=filled.rows[0].pk).update(is_demo=True)
    with pytest.raises(Refusal) as refused:
        publish(filled)
    assert refused.value.reasons == [
        "Le bilan 2025-2026 contient des données de démonstration, et une version publiée ne s’efface pas\xa0: "
        "retirez d’abord la démonstration, puis publiez."
    ]
    address = reverse("admin:portal_bilanversion_freeze", args=[filled.year.pk])
    page = client_for(filled.coordination).get(address).content.decode()
    assert "retirez d’abord la démonstration" in page
    assert 'type="submit" class="default' not in page
    assert BilanVersion.objects.count() == 0


def test_demonstration_account_publishes_a_version_that_says_so(filled):
    filled.coordination.is_demo = True
    with pytest.raises(Refusal):
        publish(filled)
    Initiative.objects.filter(pk=filled.rows[0].pk).update(is_demo=True)
    version = publish(filled)
    assert (version.is_demo, version.content["document"]["has_demo"]) == (True, True)


def test_publishing_locks_the_envelopes_then_the_year_before_reading(filled, monkeypatch):
    locked = []
    kept = QuerySet.select_for_update

    def note(self, *args, **kwargs):
        locked.append(self.model.__name__)
        return kept(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "select_for_update", note)
    monkeypatch.setattr(
        directory, "build", lambda version, made=directory.build: (locked.append("read"), made(version))[1]
    )
    publish(filled)
    assert locked[:3] == ["Envelope", "FiscalYear", "read"]


def test_money_of_a_line_and_of_partners_that_changed_since_is_told_figure_by_figure(filled, client):
    version = publish(filled)
    address = f"/bilan/{LABEL}/version-1/"
    assert "Aucun nombre de ce bilan n’a changé depuis." in get(client, address)
    money.move_allocation(
        allocation=filled.lines["la-mitis"],
        by=filled.coordination,
        amount=Decimal("-1000"),
        kind="amendment",
        reason="Révision",
    )
    bilan_year.contribute(filled, filled.rows[0], ContributionKind.CASH, "2000", confirmed=True)
    now = build(filled.year, directory.build(0))
    found = {one.where: one for one in versions.differences_since(version, now)}
    line = found["Le FQIS par ligne, La Mitis, Affecté"]
    texts = (line.before_text, line.after_text, line.difference_text)
    assert texts == ("30\xa0000\xa0$", "29\xa0000\xa0$", "−1\xa0000\xa0$")
    cash = found["Apports des partenaires, par nature, Argent, Confirmé"]
    assert (cash.before, cash.after, cash.difference_text) == (1000, 3000, "+2\xa0000\xa0$")
    page = get(client, address)
    for said in (line.where, cash.where, "−1\xa0000\xa0$", "+2\xa0000\xa0$"):
        assert said in page, said
