"""The sections of a bilan that are mostly words: highlights, the paragraph for a press release, the method."""

from decimal import Decimal

from django.db.models import F

from alliance.lib.dates import long_date
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal.bilan.document import OPEN, Column, Document, FigureLine, Section, Table
from alliance.portal.bilan.partners import leverage
from alliance.portal.bilan.people import reached
from alliance.portal.bilan.shown import sentence
from alliance.portal.bilan.sources import YearData, known_sum
from alliance.portal.labels import TERRITORY
from funding.models import PublishedFigure
from initiatives.choices import Continuity
from initiatives.models import FiscalYear


def highlights(data: YearData) -> Section:
    """The figures to remember, each with its definition."""
    new, continued = (len(data.by_continuity(kind)) for kind in (Continuity.NEW, Continuity.CONTINUED))
    brought, ratio = leverage(data)
    people, _ = reached(data).figures
    if not data.rows:
        return Section(code="faits-saillants", title="Faits saillants", figures=_fqis(data))
    return Section(
        code="faits-saillants",
        title="Faits saillants",
        figures=(
            FigureLine(
                code="initiatives",
                label=_noun(len(data.rows), "initiative,initiatives"),
                value=len(data.rows),
                unit="initiatives",
                definition="Initiatives publiées qui ont lieu pendant l’exercice, chacune comptée une fois.",
                note=f"{pluriel(new, 'nouvelle,nouvelles')}, {pluriel(continued, 'prolongée,prolongées')}",
            ),
            *_fqis(data),
            brought,
            ratio,
            FigureLine(
                code="organisations",
                label=_noun(len(data.organizations), "organisation participante,organisations participantes"),
                value=len(data.organizations),
                unit="organisations",
                definition="Organisations qui tiennent au moins un rôle dans une initiative de l’exercice, comptées une fois.",
            ),
            FigureLine(
                code="mrc",
                label=f"MRC touchées sur {nombre(len(data.territories))}",
                value=len(
                    [each for each in data.territories if data.selection.count_if(TERRITORY, each.slug)]
                ),
                unit="MRC",
                definition="MRC où se déroule au moins une initiative. Une initiative régionale les touche toutes.",
            ),
            people,
        ),
    )


def _noun(count: int, forms: str) -> str:
    """Return the noun that follows a number, without the number."""
    return pluriel(count, forms).removeprefix(f"{nombre(count)} ")


def _fqis(data: YearData) -> tuple[FigureLine, FigureLine]:
    unknown = len([row for row in data.rows if not row.payments])
    text = "initiative sans montant publié,initiatives sans montant publié"
    return (
        FigureLine(
            code="fqis-affecte",
            label="du FQIS affectés aux lignes",
            value=known_sum(line.allocated for line in data.lines if line.source.is_fqis),
            unit="$",
            definition="Argent du FQIS donné aux lignes de l’exercice : MRC, projets régionaux, administration.",
        ),
        FigureLine(
            code="fqis-accorde",
            label="du FQIS accordés aux initiatives",
            value=data.choice.dollars(fqis=True),
            unit="$",
            definition="Argent du FQIS promis par les lignes de l’exercice aux initiatives publiées.",
            note=f"{pluriel(unknown, text)}\xa0: ce n’est pas zéro." if unknown else "",
        ),
    )


def press(document: Document) -> Section:
    """The bilan's figures in a paragraph that a release may take as it is. Unknown figures are left out."""
    said = _initiatives(document)
    parts = [*said, *_dollars(document), *(_partners(document) if said else ()), *_people(document)]
    return Section(
        code="communique",
        title="Pour un communiqué",
        intro="Ces phrases portent les mêmes chiffres que ce bilan.",
        paragraphs=(" ".join(parts),),
    )


def _value(document: Document, code: str) -> Decimal | int | None:
    value = document.figure(code).value
    assert not isinstance(value, str)  # noqa: S101 - figures hold numbers
    return value


def _initiatives(document: Document) -> list[str]:
    suite = next((table for table in document.tables if table.code == "suite"), None)
    if suite is None:  # a year without any published initiative
        return []
    new, continued = (int(str(row[1])) for row in suite.rows)
    count, places = _value(document, "initiatives"), _value(document, "mrc")
    organizations = _value(document, "organisations")
    told = f"{pluriel(new, 'nouvelle,nouvelles')} et {pluriel(continued, 'prolongée,prolongées')}"
    return [
        f"En {document.year}, l’Alliance pour la solidarité au Bas-Saint-Laurent réunit "
        f"{pluriel(organizations or 0, 'organisation,organisations')} autour de "
        f"{pluriel(count or 0, 'initiative,initiatives')} ({told}), dans {nombre(places or 0)} MRC de la région."
    ]


def _dollars(document: Document) -> list[str]:
    given, awards = _value(document, "fqis-affecte"), _value(document, "fqis-accorde")
    said = []
    if given is not None:
        said.append(
            f"Le Fonds québécois d’initiatives sociales (FQIS) affecte {montant(given)} à l’exercice {document.year}"
            + (f"; {montant(awards)} sont accordés à ces initiatives." if awards is not None else ".")
        )
    elif awards is not None:
        said.append(
            f"Le Fonds québécois d’initiatives sociales (FQIS) accorde {montant(awards)} à ces initiatives."
        )
    return said


def _partners(document: Document) -> list[str]:
    brought, ratio = document.figure("partenaires"), document.figure("levier")
    said = []
    if brought.value is not None:
        least = "au moins " if brought.note else ""
        said.append(
            f"Les partenaires apportent {least}{montant(_value(document, 'partenaires') or 0)} de plus."
        )
    if ratio.value is not None:
        least = "au moins " if ratio.note else ""
        attracted = montant(_value(document, "levier") or 0)
        said.append(
            f"Dans les initiatives qui en reçoivent, chaque dollar du FQIS attire {least}{attracted} des partenaires."
        )
    return said


def _people(document: Document) -> list[str]:
    said = []
    if (
        any(section.code == "personnes" for section in document.sections)
        and (people := _value(document, "personnes")) is not None
    ):
        answers = _value(document, "reponses")
        said.append(
            f"Selon {pluriel(answers or 0, 'initiative qui l’a déclaré,initiatives qui l’ont déclaré')}, "
            f"{pluriel(people, 'personne a été rejointe,personnes ont été rejointes')}, avec doublons possibles."
        )
    provisional = "Chiffres provisoires" if document.status == OPEN else "Chiffres"
    return [*said, f"{provisional} en date du {long_date(document.as_of)}."]


_RULES = (
    "Ce bilan est calculé par le portail à partir des initiatives publiées et des mouvements d’argent datés; "
    "aucun nombre n’est saisi à la main.",
    "Une initiative est de l’exercice quand elle s’y déroule, en tout ou en partie. L’argent est celui des lignes "
    "de cet exercice : chaque dollar est compté une seule fois, à la ligne qui paie et au thème principal.",
    "« FQIS » désigne seulement l’argent du Fonds québécois d’initiatives sociales; les autres sources sont à part.",
    "Inconnu n’est pas zéro : un montant qui n’est pas connu est « montant non publié » et n’entre dans aucune somme.",
    "Une contribution de partenaire est de l’exercice qu’elle nomme, sinon du seul exercice de son initiative; "
    "sans l’un ni l’autre, elle n’est dans aucun bilan d’exercice.",
    "Les brouillons, les demandes en analyse et les initiatives retirées du site ne sont pas dans ce bilan.",
)


def announced(year: FiscalYear) -> list[Section]:
    """The figures once announced for the year, as they were announced; no section when there is none."""
    figures = list(
        PublishedFigure.objects.filter(fiscal_year=year).order_by(
            F("territory__order").asc(nulls_first=True), "-value", "code"
        )
    )
    if not figures:
        return []
    table = Table(
        code="annonces",
        title="Chiffres annoncés pour l’exercice",
        columns=(Column("Chiffre"), Column("Tel qu’annoncé"), Column("Source")),
        rows=tuple((each.label, f"«\xa0{each.wording}\xa0»", _source(each)) for each in figures),
    )
    intro = "Donnés tels qu’ils ont été annoncés, avec leur source; ils ne sont pas recalculés."
    return [Section(code="annonces", title="Déjà annoncé", intro=intro, tables=(table,))]


def _source(figure: PublishedFigure) -> str:
    on = figure.announced_on
    return f"{figure.source}, {long_date(on)}" if on and long_date(on) not in figure.source else figure.source


def nothing() -> Section:
    """What a year without any published initiative says: that none is known here, not that there was none."""
    return Section(
        code="initiatives",
        title="Initiatives",
        paragraphs=(
            "Le portail ne contient aucune initiative publiée de cet exercice\xa0: leur nombre est inconnu, ce n’est pas zéro.",
        ),
    )


def method(figures: list[FigureLine]) -> Section:
    """How everything is counted: the rules, then each figure's definition."""
    unique = {figure.code: figure for figure in figures}
    return Section(
        code="methode",
        title="Méthode et définitions",
        paragraphs=_RULES,
        tables=(
            Table(
                code="definitions",
                title="Définition de chaque chiffre",
                columns=(Column("Chiffre"), Column("Définition")),
                rows=tuple((sentence(figure.label), figure.definition) for figure in unique.values()),
            ),
        ),
    )
