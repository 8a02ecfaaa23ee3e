"""Files in and out: round trip without a trace, errors by line and column, rights, nothing written by half."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives import actions
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative
from territories import actions as territory_actions
from territories.models import Municipality, Organization, Territory

LISTS = {
    "territories_territory": Territory,
    "territories_municipality": Municipality,
    "territories_organization": Organization,
    "initiatives_initiative": Initiative,
    "funding_contribution": Contribution,
}


def send(client, name, content, file_name="fichier.csv"):
    """Return the preview of a file (text or bytes)."""
    content = content.encode() if isinstance(content, str) else content
    return client.post(reverse(f"admin:{name}_import"), {"file": SimpleUploadedFile(file_name, content)})


def confirm(client, name, preview, **changes):
    data = {"token": preview.context_data["token"], "digest": preview.context_data["digest"]} | changes
    return client.post(reverse(f"admin:{name}_process_import"), data, follow=True)


def run(client, name, content, file_name="fichier.csv"):
    preview = send(client, name, content, file_name)
    assert preview.status_code == 200, problems(preview)
    return confirm(client, name, preview)


def problems(response):
    return [(each.line, each.column, each.sentence) for each in response.context_data["problems"]]


def export(client, name, number):
    response = client.post(reverse(f"admin:{name}_export"), {"format": number, "resource": "0"})
    assert response.status_code == 200
    return response.content


def histories():
    return sum(model.history.count() for model in LISTS.values())


@pytest.fixture
def rich(world):
    """Rows whose cells are hard: formulas, new lines, quotes, semicolons, unknown amounts."""
    territory_actions.create_organization(
        by=world.coordination,
        values={
            "name": "=HYPERLINK(1);piège",
            "kind": "cdc",
            "website": "https://exemple.ca",
            "contact_phone": "418 722-0000, poste 12",
            "neq": "1140000001",
            "has_legal_personality": True,
            "territories_served": [world.territories["la-mitis"], world.territories["la-matanie"]],
        },
        aliases=["Le piège"],
    )
    trap = Organization.objects.get(neq="1140000001")
    one = world.initiative(
        State.APPROVED,
        award=1000,
        title="+Frigo « libre »",
        summary='Ligne un\nLigne deux; avec "guillemets"',
        description="- liste\n- autre",
        amount_requested=Decimal("2016049.50"),
        expected_reach=1200,
        partners=[
            (world.moisson, PartnerRole.LEAD, "local"),
            (trap, PartnerRole.PARTNER, ""),
            (world.cdc, "partner", ""),
        ],
    )
    world.initiative(title="Brouillon", summary="", scope="", continues=one, continuity="continued")
    for amount, note in ((None, "inconnu"), (Decimal("12.50"), "@SUM(1)"), (Decimal("7"), "autre")):
        Contribution(
            initiative=one,
            organization=world.cdc,
            fiscal_year=world.years["2025-2026"],
            kind=ContributionKind.IN_KIND,
            amount=amount,
            note=note,
        ).save()
    for hours, is_public in ((40, False), (None, True)):
        Contribution(
            initiative=one, kind=ContributionKind.HOURS, hours=hours, is_public=is_public, note="entretien"
        ).save()
    return one


@pytest.mark.parametrize(("number", "file_name"), [("0", "x.xlsx"), ("1", "x.csv")])
def test_export_then_import_changes_nothing(world, rich, client_for, number, file_name):
    client = client_for(world.coordination)
    before = histories()
    visited = 0
    for name in LISTS:
        response = send(client, name, export(client, name, number), file_name)
        assert response.status_code == 302, (name, problems(response) if response.context_data else "")
        visited += 1
    assert visited == 5
    assert histories() == before


def test_export_is_hardened_and_typed(world, rich, client_for):
    client = client_for(world.coordination)
    csv = export(client, "initiatives_initiative", "1").decode("utf-8-sig")
    assert "'+Frigo" in csv
    assert ";2016049,50;" in csv
    sheet = load_workbook(io.BytesIO(export(client, "initiatives_initiative", "0"))).active
    headers = [cell.value for cell in sheet[1]]
    row = next(
        line
        for line in sheet.iter_rows(min_row=2)
        if line[headers.index("Titre")].value == "+Frigo « libre »"
    )
    cell = dict(zip(headers, row, strict=True))
    assert cell["Titre"].data_type == "s"
    assert cell["Montant demandé"].value == 2016049.5
    assert cell["Montant accordé"].value == 1000
    assert cell["Début"].is_date
    assert [header for header in headers if header.lower() in ("id", "version", "search_text")] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_excel_files_are_read(world, client_for, encoding):
    text = "Titre;Porteur;MRC;Thèmes;Thème principal;Montant demandé;Début;Fin\r\nÉpicerie à Amqui;moisson mitis;la matapedia;Alimentation, ;alimentation;2 016 049,50 $;1er avril 2025;2026-03-31\r\n"
    text = text.replace("Alimentation, ", "Alimentation")
    client = client_for(world.coordination)
    run(client, "initiatives_initiative", text.encode(encoding))
    made = Initiative.objects.get(title="Épicerie à Amqui")
    assert made.state == State.DRAFT
    assert made.amount_requested == Decimal("2016049.50")
    assert [str(each) for each in made.territories.all()] == ["La Matapédia"]
    assert made.partnerships.get().organization == world.moisson
    assert [year.label for year in made.fiscal_years.all()] == ["2025-2026"]
    assert made.history.first().history_user == world.coordination


def test_same_file_twice_makes_one_draft(world, client_for):
    client = client_for(world.coordination)
    content = "Titre;Résumé public\nUne seule fois;Texte\n"
    preview = send(client, "initiatives_initiative", content)
    confirm(client, "initiatives_initiative", preview)
    again = confirm(client, "initiatives_initiative", preview)
    assert "déjà été importé" in again.content.decode()
    other = send(client_for(world.second_coordination), "initiatives_initiative", content)
    assert other.status_code == 302
    assert Initiative.objects.filter(title="Une seule fois").count() == 1


def test_preview_writes_nothing_and_shows_before_and_after(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    before = histories()
    response = send(
        client_for(world.coordination),
        "initiatives_initiative",
        f"Numéro;Titre\n{initiative.number};Autre titre\n",
    )
    text = response.content.decode()
    assert f"<del>{initiative.title}</del>" in text
    assert "<ins>Autre titre</ins>" in text
    assert histories() == before


ERRORS = [
    ("Montant demandé", "1,234", "deux façons"),
    ("Montant demandé", "-5", "signe moins"),
    ("Montant demandé", "99999999999999", "au plus"),
    ("Début", "01/02/2025", "deux façons"),
    ("Fin", "2025-02-30", "n’existe pas"),
    ("MRC", "La Mittis", "Vouliez-vous dire « la mitis »"),
    ("Porteur", "Moison Mitis", "Vouliez-vous dire « Moisson Mitis »"),
    ("Porteur", "Moisson Mitis; CDC des Grandes Marées", "une seule organisation"),
    ("Portée", "mondiale", "Valeur inconnue"),
    ("Thèmes", "Logemant", "n’est pas dans le portail"),
    ("Personnes à rejoindre", "beaucoup", "nombre entier"),
    ("Titre", "x" * 201, "200"),
    ("État", "Retenue", "ne change pas cette colonne"),
    ("Publication", "Publiée", "ne change pas cette colonne"),
    ("Montant accordé", "500", "s’accorde sur la page"),
    ("Démonstration", "oui", "ne change pas cette colonne"),
    ("Numéro", "BSL-1999-999", "Aucune initiative"),
    ("Adresse", "inconnue", "Aucune initiative"),
    ("Prolonge", "BSL-1999-999", "Aucune initiative"),
]


@pytest.mark.parametrize(("column", "cell", "sentence"), ERRORS)
def test_wrong_cell_is_named_with_its_line_and_nothing_is_written(world, client_for, column, cell, sentence):
    header, values = ("Titre", cell) if column == "Titre" else (f"Titre;{column}", f'Bon titre;"{cell}"')
    content = f"Titre{';' + column if column != 'Titre' else ''}\nPremière ligne{';' if column != 'Titre' else ''}\n{values}\n"
    before = histories()
    response = send(client_for(world.coordination), "initiatives_initiative", content)
    assert response.status_code == 422
    (found,) = problems(response)
    assert found[:2] == (3, column)
    assert sentence in found[2].replace("\xa0", " ")
    assert histories() == before
    assert header


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Titre;Inconnue\nA;B\n", "Colonne inconnue"),
        ("id;Titre\n1;B\n", "Colonne inconnue"),
        ("Résumé public\nA\n", "Il manque la colonne"),
        ("Titre\n" + "".join(f"T{n}\n" for n in range(5001)), "5\xa0000"),
    ],
)
def test_wrong_file_is_refused_whole(world, client_for, content, sentence):
    response = send(client_for(world.coordination), "initiatives_initiative", content)
    assert response.status_code == 422
    assert sentence in problems(response)[0][2]
    assert problems(response)[0][0] == 0


@pytest.mark.parametrize(
    ("content", "file_name"), [(b"", "a.csv"), (b"x", "a.pdf"), (b"PK", "a.xlsx"), (b"a\x00b", "a.csv")]
)
def test_unreadable_file_is_refused_in_french(world, client_for, content, file_name):
    response = send(client_for(world.coordination), "initiatives_initiative", content, file_name)
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()


def test_formula_cell_is_refused_with_its_address(world, client_for):
    book = Workbook()
    book.active.append(["Titre", "Résumé public"])
    book.active.append(["A", "=1+1"])
    buffer = io.BytesIO()
    book.save(buffer)
    response = send(client_for(world.coordination), "initiatives_initiative", buffer.getvalue(), "a.xlsx")
    assert "La cellule B2 contient une formule" in response.content.decode()


def test_same_row_twice_in_a_file_is_refused(world, client_for):
    client = client_for(world.coordination)
    content = "Code;Nom\n09077;Mont-Joli\n9077;Mont-Joly\n"
    response = send(client, "territories_municipality", content)
    assert problems(response) == [(3, "", "Cette ligne reprend la ligne 2 du fichier.")]
    content = "Nom officiel;Type\nNouveau comité;CDC\nnouveau comite;CDC\n"
    content = content.replace("CDC", "cdc")
    response = send(client, "territories_organization", content)
    assert problems(response) == [(3, "", "Cette ligne reprend la ligne 2 du fichier.")]
    assert not Organization.objects.filter(name="Nouveau comité").exists()


def test_one_wrong_line_stops_the_whole_file(world, client_for):
    content = (
        "Code;Nom;Type;MRC\n09001;Ville A;Municipalité;La Mitis\n09002;Ville B;Municipalité;Nulle part\n"
    )
    response = send(client_for(world.coordination), "territories_municipality", content)
    assert response.status_code == 422
    assert not Municipality.objects.filter(code="09001").exists()


def test_file_of_places_and_organizations_is_written(world, client_for):
    client = client_for(world.coordination)
    run(
        client,
        "territories_municipality",
        "Code;Nom;Type;MRC;Population\n09001;Ville A;Municipalité;09;1 234\n",
    )
    made = Municipality.objects.get(code="09001")
    assert (made.slug, made.population, made.territory.slug) == ("ville-a", 1234, "la-mitis")
    assert made.history.first().history_user == world.coordination
    run(client, "territories_territory", "Code;Population\n9;19000\n")
    assert Territory.objects.get(code="09").population == 19000
    run(
        client,
        "territories_organization",
        "Nom officiel;Nom usuel;Autres noms\nMOISSON MITIS;La Moisson;MM; \n".replace("; \n", "\n"),
    )
    world.moisson.refresh_from_db()
    assert (world.moisson.name, world.moisson.usual_name) == ("MOISSON MITIS", "La Moisson")
    assert territory_actions.find_organization("mm") == world.moisson


def test_contributions_keep_unknown_amounts_unknown(world, client_for):
    initiative = world.initiative(State.APPROVED)
    content = f"Initiative;Organisation;Exercice;Nature;Montant\n{initiative.number};Moisson Mitis;2025-2026;Argent;\n{initiative.number};CDC des Grandes Marées;2025-2026;in_kind;1 234,50 $\n"
    run(client_for(world.accounting), "funding_contribution", content)
    assert [row.amount for row in Contribution.objects.order_by("pk")] == [None, Decimal("1234.50")]
    assert Contribution.objects.first().history.first().history_user == world.accounting


def test_contribution_of_a_closed_year_is_refused(world, client_for):
    year = world.years["2025-2026"]
    year.closed_at, year.closed_by = "2026-04-01T12:00Z", world.administration
    year.save()
    initiative = world.initiative(State.APPROVED)
    content = f"Initiative;Exercice;Nature;Montant\n{initiative.number};2025-2026;Argent;5\n"
    response = send(client_for(world.accounting), "funding_contribution", content)
    assert "fermé" in problems(response)[0][2]


def test_what_changed_since_the_preview_is_shown_again(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(world.coordination)
    preview = send(client, "initiatives_initiative", f"Numéro;Titre\n{initiative.number};Du fichier\n")
    actions.update(
        initiative=initiative, by=world.second_coordination, values={"title": "D’une autre personne"}
    )
    response = confirm(client, "initiatives_initiative", preview)
    assert "Les données ont changé depuis l’aperçu" in response.content.decode()
    assert Initiative.objects.get(pk=initiative.pk).title == "D’une autre personne"


def test_confirmation_of_another_file_or_person_writes_nothing(world, client_for):
    client = client_for(world.coordination)
    preview = send(client, "initiatives_initiative", "Titre\nX\n")
    assert "aperçu" in confirm(client, "initiatives_initiative", preview, digest="0" * 64).content.decode()
    confirm(client_for(world.second_coordination), "initiatives_initiative", preview)
    confirm(client, "initiatives_initiative", preview, token="é\x00")
    assert not Initiative.objects.filter(title="X").exists()


RIGHTS = [
    ("coordination", set(LISTS), set(LISTS)),
    ("accounting", set(LISTS), {"funding_contribution"}),
    ("reader", set(LISTS), set()),
    ("administration", set(LISTS), set(LISTS)),
    ("agent_mitis", set(), set()),
]


@pytest.mark.parametrize(("role", "exports", "imports"), RIGHTS)
def test_rights_to_import_and_export(world, client_for, role, exports, imports):
    client = client_for(getattr(world, role))
    may_export = {name for name in LISTS if client.get(reverse(f"admin:{name}_export")).status_code == 200}
    may_import = {name for name in LISTS if client.get(reverse(f"admin:{name}_import")).status_code == 200}
    shown = {
        name
        for name in LISTS
        if ">Importer</a>" in client.get(reverse(f"admin:{name}_changelist")).content.decode()
    }
    assert (may_export, may_import, shown) == (exports, imports, imports)


@pytest.mark.parametrize("role", ["accounting", "reader", "agent_mitis"])
def test_direct_post_without_the_right_is_refused(world, client_for, role):
    preview = send(client_for(world.coordination), "initiatives_initiative", "Titre\nX\n")
    client = client_for(getattr(world, role))
    data = {"token": preview.context_data["token"], "digest": preview.context_data["digest"]}
    for page in ("process_import", "import"):
        response = client.post(reverse(f"admin:initiatives_initiative_{page}"), data, follow=True)
        assert response.status_code == 403
    assert not Initiative.objects.filter(title="X").exists()


def test_internal_columns_are_not_exported_to_the_ministry(world, client_for):
    world.initiative(internal_note="Secret du CRD")
    for number in ("0", "1"):
        content = export(client_for(world.reader), "initiatives_initiative", number)
        assert b"Secret du CRD" not in content
        assert b"Note interne" not in content


def test_export_follows_the_filters(world, client_for):
    kept = world.initiative(State.APPROVED, title="Gardée")
    world.initiative(title="Pas gardée")
    address = reverse("admin:initiatives_initiative_export") + "?etat=approved"
    response = client_for(world.reader).post(address, {"format": "1", "resource": "0"})
    text = response.content.decode("utf-8-sig")
    assert kept.number in text
    assert "Pas gardée" not in text
