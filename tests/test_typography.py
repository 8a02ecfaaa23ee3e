"""French of Québec on every screen: spaces, quotes, apostrophes, hours and words (rules in tests/french.py).

Read from the templates, from the sentences in the code, from the labels of the models and forms, from every message,
file and paper, and from pages as they are drawn: a message that nobody has met yet is right too.
"""

import ast
import csv
import io
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.template.loader import render_to_string

from alliance.accounts.models import OutgoingMail
from alliance.accounts.outbox.texts import message_text
from alliance.portal.bilan import pdf
from alliance.portal.directory import current
from alliance.portal.fridge.sheet import build
from alliance.portal.fridge.subject import find
from alliance.portal.views.fridge import _PAPERS, STYLE, _context
from initiatives.choices import State
from tests.french import RULES, faults, faults_of, faults_read, lines_of

ROOT = Path(settings.BASE_DIR)
FRENCH = re.compile(r"[éèêëàâçîïôûùœ«»’]", re.IGNORECASE)
ATTRIBUTES = re.compile(r'\b(?:alt|content|aria-label|title|placeholder)="([^"]*)"')
OURS_AT_ROOT = ("alliance", "territories", "initiatives", "funding")
OURS = ("accounts", "territories", "initiatives", "funding", "portal")


@cache
def template_texts():
    return tuple(_template_texts())


def _template_texts():
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
            quoted = "\n".join(re.findall(r'{%[^%]*?"([^"]*)"[^%]*?%}', text))
            text = re.sub(r"{%.*?%}", "", text, flags=re.DOTALL)
            text = re.sub(r"{{.*?}}", "x", text, flags=re.DOTALL)
            words = re.sub(
                r"<[^>]*>", "<", re.sub(r"<(style|code|kbd|pre)\b.*?</\1>", "", text, flags=re.DOTALL)
            )
            said = "\n".join(ATTRIBUTES.findall(text))
            yield path, f"{words}\n{quoted}\n{said}"


@cache
def code_texts():
    return tuple(_code_texts())


def _code_texts():
    """Yield the French sentences of the code: text constants, docstrings left out."""
    for package in OURS_AT_ROOT:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and id(node) not in docstrings
                ) and FRENCH.search(node.value):
                    yield f"{path}:{node.lineno}", node.value


def label_texts():
    """Yield what models, their fields and choices, and the admin's columns and actions are called."""
    ours = (model for app in OURS for model in apps.get_app_config(app).get_models())
    for model in (model for model in ours if not model.__name__.startswith("Historical")):
        yield model.__name__, str(model._meta.verbose_name)
        for own in model._meta.get_fields():
            named, unnamed = str(getattr(own, "verbose_name", "")), own.name.replace("_", " ")
            words = [
                "" if named == unnamed else named,
                getattr(own, "help_text", ""),
            ]  # without a name: never shown
            words += [label for _value, label in getattr(own, "flatchoices", ())]
            yield from ((f"{model.__name__}.{own.name}", str(text)) for text in words if text)
    for model, page in admin.site._registry.items():
        for name in (*page.list_display, *page.readonly_fields, *(page.actions or ())):
            told = getattr(page, name, None) if isinstance(name, str) else name
            yield f"{model.__name__} admin", str(getattr(told, "short_description", "") or "")


def form_texts():
    """Yield the labels, hints and refusals of our forms; those of accounts also carry what their library never shows."""

    def below(form):
        for one in form.__subclasses__():
            yield one
            yield from below(one)

    for form in below(forms.BaseForm):
        if form.__module__.split(".")[0] in OURS_AT_ROOT and "accounts" not in form.__module__:
            for name, own in getattr(form, "base_fields", {}).items():
                for text in (own.label, own.help_text, *own.error_messages.values()):
                    yield f"{form.__name__}.{name}", re.sub(r"%\(\w+\)[sd]", "x", str(text or ""))


def wrong(texts):
    return [
        (str(place), rule, words)
        for place, text in texts
        for line in text.split("\n")
        for rule, words in faults(line).items()
    ]


def test_templates_follow_the_typography():
    assert len(template_texts()) > 200
    assert wrong(template_texts()) == []


def test_sentences_of_the_code_follow_the_typography():
    assert len(code_texts()) > 1_500
    assert wrong(code_texts()) == []


def test_labels_of_models_and_forms_are_french():
    texts = [*label_texts(), *form_texts()]
    assert len(texts) > 1_000
    assert [(place, text, found) for place, text in texts if (found := faults_read(text))] == []


def test_messages_are_french(world):
    """What people receive: the rows that a whole life of an initiative writes, as they leave."""
    world.published(State.COMPLETED, award="500")
    for state in (State.CHANGES_REQUESTED, State.DECLINED, State.CANCELLED):
        world.initiative(state)
    mails = list(OutgoingMail.objects.all())
    assert len(mails) >= 8
    said = [
        line
        for mail in mails
        for line in (mail.subject, *message_text(kind=mail.kind, body=mail.body, path=mail.path).split("\n"))
    ]
    assert faults_of(said) == []


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("/initiatives.csv", 15),
        ("/carte.csv", 4),
        ("/carte/deserts.csv", 4),
        ("/chiffres/changements.csv", 11),
    ],
)
def test_headings_of_files_are_french(world, client_for, path, columns):
    world.published()
    content = b"".join(client_for().get(path)).decode("utf-8-sig")
    headings = next(csv.reader(io.StringIO(content), delimiter=";" if ";" in content.split("\n")[0] else ","))
    assert len(headings) >= columns
    assert faults_of(heading.replace("_", " ") for heading in headings) == []


def test_feed_is_french(world, client_for):
    world.published()
    feed = client_for().get("/initiatives.atom").content.decode()
    words = re.findall(r"<(?:title|subtitle|rights|summary|name)[^>]*>([^<]+)<", feed)
    assert len(words) >= 4
    assert faults_of(words) == []


@pytest.fixture
def papers(world, rf):
    """The pages given to what makes PDFs."""
    world.published()
    directory = current(rf.get("/"))
    sheet = build(directory, find(directory, "municipalite", "mont-joli"))
    return [render_to_string(template, _context(sheet)) for template in _PAPERS.values()]


def test_papers_are_french(papers):
    lines = [line for paper in papers for line in lines_of(paper)]
    assert len(lines) > 20
    assert faults_of(lines) == []


@pytest.mark.skipif(
    not (pdf.available() and shutil.which("pdftotext")), reason="WeasyPrint or pdftotext is not installed"
)
def test_words_of_a_pdf_are_french(papers):
    """What reads the words of a PDF gives plain spaces for the others: those are looked at in the page it comes from."""
    made = pdf.make(papers[0], style=STYLE)
    out = subprocess.run(["pdftotext", "-", "-"], input=made, capture_output=True, check=True).stdout  # noqa: S607
    lines = [line.strip() for line in out.decode().split("\n") if line.strip()]
    assert len(lines) > 10
    assert [fault for fault in faults_of(lines) if "space" not in fault[0] and "hour" not in fault[0]] == []


# What the admin's library says in its own French, and one of our columns: the name of a drawing.
OF_THE_LIBRARY = re.compile(
    r"Changer de thème \(actuellement|Lien pour l'ajout|Fil d'Ariane|Afficher l'objet|^Search$|^Supprimer\xa0\?$|^home$"
)
PAGES = {
    None: [
        *(
            "/",
            "/recherche/?q=frigo",
            "/recherche/?q=xylophone",
            "/initiatives/",
            "/initiatives/?vue=tableau",
        ),
        *(
            "/initiatives/?vue=carte",
            "/initiatives/?vue=impression",
            "/initiatives/?theme=x",
            "/initiatives/?q=zzz",
        ),
        *("/initiatives/frigo-libre-service/", "/themes/", "/themes/alimentation/", "/territoires/"),
        *(
            "/territoires/la-mitis/",
            "/municipalites/mont-joli/",
            "/organisations/",
            "/organisations/moisson-mitis/",
        ),
        *("/carte/", "/carte/la-mitis/", "/carte/deserts/?theme=alimentation", "/carte/deserts/la-mitis/"),
        *(
            "/chiffres/",
            "/chiffres/exercices/",
            "/chiffres/matrice/",
            "/chiffres/levier/",
            "/chiffres/annonces/",
        ),
        *("/chiffres/changements/", "/chiffres/nouvelles/", "/chiffres/matrice/lignes/", "/bilan/", "/zoom/"),
        *("/bilan/2025-2026/", "/frigo/", "/frigo/municipalite/mont-joli/", "/donnees/", "/alertes/"),
        *("/alertes/verifiez/", "/alertes/confirmer/x/", "/signaler/", "/signaler/merci/", "/a-propos/"),
        *("/accessibilite/", "/confidentialite/", "/nous-joindre/", "/nulle-part/", "/compte/connexion/"),
        *("/compte/mot-de-passe/oublie/",),
    ],
    "agent_mitis": [
        "/espace/",
        "/espace/initiatives/nouvelle/",
        "/espace/rapports/",
        "/espace/formulaire/",
        "/compte/",
    ],
    "coordination": [
        "/admin/",
        *(f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry),
        "/admin/initiatives/initiative/{initiative}/change/",
        "/admin/initiatives/initiative/{initiative}/history/",
        "/admin/initiatives/theme/add/",
        "/admin/territories/organization/add/",
        "/admin/initiatives/initiative/import/",
        "/admin/initiatives/initiative/export/",
    ],
}


@pytest.mark.parametrize(("person", "visited"), [(None, 47), ("agent_mitis", 5), ("coordination", 41)])
def test_pages_are_french(world, client_for, person, visited):
    initiative = world.published(State.IN_PROGRESS, award="500", title="Frigo libre-service")
    client = client_for(getattr(world, person) if person else None)
    found = {}
    for path in PAGES[person]:
        answer = client.get(path.format(initiative=initiative.pk))
        assert answer.status_code in (200, 403, 404, 410), (path, answer.status_code)
        lines = lines_of(answer.content.decode())
        if path.startswith("/admin/"):
            lines = [line for line in lines if not OF_THE_LIBRARY.search(line)]
        found[path] = faults_of(lines)
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert len(found) == visited


EXAMPLES = [
    ("plain space before a colon", "Il reste : rien", "Il reste\xa0: rien"),
    ("colon against its word", "Il reste: rien", "https://exemple.ca"),
    ("plain space inside quotes", "« oui\xa0»", "«\xa0oui\xa0»"),
    ("plain space inside quotes", "«\xa0oui »", "«\xa0oui\xa0»"),
    ("plain space before $ or %", "12 $", "12\xa0$"),
    ("plain space before $ or %", "12%", "12\xa0%"),
    ("plain space before $ or %", "6 M $", "6\xa0M$"),
    ("plain space in a number", "12 500 personnes", "12\xa0500 personnes"),
    ("plain space in a number", "jusqu’à 1 000", "418 555-0121"),
    ("space before ; ! or ?", "Vraiment ?", "Vraiment?"),
    ("space before ; ! or ?", "oui\xa0; non", "oui; non"),
    ("straight apostrophe", "l'aide", "l’aide"),
    ("straight quotes", 'dit "oui"', "dit «\xa0oui\xa0»"),
    ("three dots", "la suite...", "la suite…"),
    ("« etc. » and dots", "des fruits, etc…", "des fruits, etc."),
    ("« veuillez »", "Veuillez patienter", "Patientez"),
    ("« tu »", "Vois ton dossier", "L’Autre-Toit, le tutorat"),
    ("« tu »", "on t’appelle", "on s’appelle"),
    ("« e-mail »", "votre email", "votre courriel"),
    ("1 avril without « er »", "le 1 avril", "le 1er avril"),
    ("an hour as a machine writes it", "à 14h05", "à 14\xa0h\xa005"),
    ("an hour as a machine writes it", "à 14:05", "à 14\xa0h\xa005"),
    ("an hour as a machine writes it", "à 14 h", "à 14\xa0h"),
]


@pytest.mark.parametrize(("rule", "bad", "good"), EXAMPLES)
def test_each_rule_sees_its_fault_and_only_it(rule, bad, good):
    assert rule in faults(bad)
    assert faults(good) == {}


def test_every_rule_has_examples():
    assert {rule for rule, _bad, _good in EXAMPLES} == set(RULES)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Page not found</p>", ["English"]),
        ("<button>Submit</button>", ["English"]),
        ('<img alt="Search">', ["English"]),
        ('<input type="submit" value="Save">', ["English"]),
        ('<p lang="en">Home</p><p>Accueil</p>', []),
        ("<script>delete this</script><p>Tout va bien.</p>", []),
        ("<p>ATTENTION aux marches</p>", ["capitals"]),
        ("<p>Le FQIS, la MRC et le CRD</p>", []),
        ("<p>Il <strong>reste</strong> : rien</p>", ["plain space before a colon"]),
        ('<meta property="og:description" content="Ici : rien">', ["plain space before a colon"]),
        ("<p>aide@exemple.invalid</p>", []),
    ],
)
def test_what_a_page_says_is_read(html, found):
    assert [rule for rule, _words, _line in faults_of(lines_of(html))] == found
