"""The form of a report. A draft is saved whatever is missing; only what cannot be read is refused, field by field."""

import re

from django import forms
from django.utils.html import format_html

from alliance.lib.forms import BlockFormField, LineFormField
from alliance.lib.money import MoneyFormField
from initiatives.choices import DocumentKind, Participation, ReportKind
from initiatives.documents import ACCEPTED
from initiatives.forms.fields import AgreeField, CountField, Radios
from initiatives.reporting import MOST_EXPENSES, TOLD, Expense

MARK_OF_END = "complet"
BLANK_ROWS = 3  # lines to fill below those that are written
_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"
_CUT = "Une partie du formulaire n’est pas arrivée. Ce qui est arrivé est enregistré; vérifiez le reste."
_RESULTS = {
    ReportKind.PROGRESS: "Les activités réalisées, leurs dates, ce qui a déjà changé.",
    ReportKind.FINAL: "Les activités réalisées et ce qui a changé pour les personnes.",
}
_GROUPS = (
    ("personnes", "Personnes rejointes", ("people_reached", "people_unknown", "organizations_count")),
    ("resultats", "Résultats", ("results", "gaps", "effects", "sustainability", "visibility")),
    ("depenses", "Dépenses", ("unspent",)),
    ("histoire", "Une histoire", ("story", "story_consent")),
    ("place", "Leur place à la table", ("participation", "people_taking_part", "women", "men", "others")),
)


def _optional(label):
    return format_html('{} <span class="optional">(facultatif)</span>', label)


def _text(label, limit, *, help_text="", rows=5, optional=True):
    field = BlockFormField(
        label=_optional(label) if optional else label,
        max_length=limit,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": _LONG},
    )
    field.widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text without a word
    return field


def _count(label, *, help_text="", optional=True):
    widget = forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"})
    return CountField(
        label=_optional(label) if optional else label, required=False, help_text=help_text, widget=widget
    )


def _amount(label, **kwargs):
    return MoneyFormField(
        label=label, required=False, widget=forms.TextInput(attrs={"class": "input-amount"}), **kwargs
    )


class ReportForm(forms.Form):
    """`values()` gives what arrived and could be read: a field that is absent is never taken for an empty one."""

    use_required_attribute = False
    hide_optional = True

    people_reached = _count(
        "Nombre de personnes rejointes",
        optional=False,
        help_text="Un nombre entier. Zéro veut dire personne.",
    )
    people_unknown = AgreeField(
        label="Inconnu\xa0: nous ne savons pas combien de personnes ont été rejointes"
    )
    organizations_count = _count("Nombre d’organismes qui ont participé")
    results = _text("Résultats", 5000, rows=6, optional=False)
    gaps = _text(
        "Écarts expliqués", 3000, rows=4, help_text="Ce qui ne s’est pas passé comme prévu, et pourquoi."
    )
    effects = _text("Retombées", 5000, help_text="À court, à moyen et à long terme.")
    sustainability = _text(
        "Et maintenant", 3000, rows=4, help_text="Ce qui reste, ce qui peut servir ailleurs."
    )
    visibility = _text(
        "Visibilité donnée au gouvernement du Québec", 2000, rows=3, help_text="Affiches, articles, mentions."
    )
    unspent = _amount(
        _optional("Solde non dépensé"),
        help_text="Ce qui reste de l’argent reçu du FQIS. 0 s’il ne reste rien.",
    )
    story = _text(
        "Une histoire",
        2000,
        rows=4,
        help_text="Ce que l’initiative a changé pour quelqu’un, sans nom ni détail qui permette de le reconnaitre.",
    )
    story_consent = AgreeField(label="La personne accepte que son histoire soit publiée")
    participation = forms.ChoiceField(
        label=_optional("Les personnes en situation de pauvreté ont été…"),
        required=False,
        choices=[("", "Sans réponse"), *Participation.choices],
        widget=Radios,
        error_messages={"invalid_choice": "Choisissez parmi les réponses offertes"},
    )
    people_taking_part = _count("Combien ont pris part aux décisions ou à l’organisation")
    women = _count("Femmes")
    men = _count("Hommes")
    others = _count("Autres ou non précisé")

    def __init__(self, data=None, *, report, expenses, **kwargs):
        self.report = report
        kwargs.setdefault("initial", _stored(report))
        super().__init__(data, **kwargs)
        for name in set(self.base_fields) - {*TOLD[report.kind], "people_unknown"}:
            del self.fields[name]
        self.fields["results"].help_text = _RESULTS[report.kind]
        self.table_error = ""  # why the report cannot be sent with these expenses
        self.rows = expense_rows(expenses, data)

    def clean(self):
        if MARK_OF_END not in self.data:
            self.add_error(None, _CUT)
        return self.cleaned_data

    @property
    def groups(self):
        """Return the short groups of the page: (anchor, title, fields)."""
        return [
            (code, title, [self[name] for name in names if name in self.fields])
            for code, title, names in _GROUPS
        ]

    @property
    def refused(self):
        return bool(self.errors or self.table_error) or any(row.errors for row in self.rows)

    def say_missing(self, missing):
        """Put each thing that the report lacks beside its field; what the expenses lack, above their table."""
        for item in missing:
            if item.field == "expenses":
                self.table_error = item.sentence
            else:
                self.add_error(item.field, item.sentence)

    @property
    def unknown(self):
        """Say whether the box « Inconnu » is ticked."""
        return bool(self.cleaned_data.get("people_unknown"))

    def values(self):
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.data and name != "people_unknown"
        }

    def expenses(self):
        """Return the items to write, or None when the table did not arrive whole."""
        if MARK_OF_END not in self.data:
            return None
        return [expense for row in self.rows if (expense := row.expense())]

    def all_errors(self):
        """Return field → sentence, the table included."""
        found = {name: str(rows[0]) for name, rows in self.errors.items()}
        for row in self.rows:
            found |= {row.add_prefix(name): str(rows[0]) for name, rows in row.errors.items()}
        return found


def _stored(report):
    initial = {name: getattr(report, name) for name in ReportForm.base_fields if name != "people_unknown"}
    return initial | {"people_unknown": report.sent_at is not None and report.people_reached is None}


class ReportFileForm(forms.Form):
    """A file that goes with the report: a receipt, or the photo of its story with its alternative text."""

    use_required_attribute = False
    hide_optional = True

    file_kind = forms.ChoiceField(
        label="Ce qu’est le fichier",
        required=False,
        choices=[(kind.value, kind.label) for kind in (DocumentKind.PHOTO, DocumentKind.RECEIPT)],
        error_messages={"invalid_choice": "Choisissez un document de la liste"},
    )
    file = forms.FileField(
        label=_optional("Fichier"),
        required=False,
        allow_empty_file=True,  # the action refuses it in our words
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="10\xa0Mo au plus. Le lieu où une photo a été prise en est retiré.",
        error_messages={"invalid": "Le fichier n’est pas arrivé. Choisissez-le de nouveau"},
    )
    alt = LineFormField(
        label=_optional("Ce que montre la photo"),
        required=False,
        max_length=300,
        help_text="Une phrase, pour les personnes qui ne la voient pas.",
        error_messages={"max_length": _LONG},
    )

    def clean(self):
        cleaned = self.cleaned_data
        if cleaned.get("file") and cleaned.get("file_kind") == DocumentKind.PHOTO and not cleaned.get("alt"):
            self.add_error("alt", "Dites en une phrase ce que montre la photo, puis choisissez-la de nouveau")
        return cleaned

    def refuse(self, sentences):
        """Put what the action refuses beside the file; a browser never sends it again by itself."""
        self.add_error(
            "file", [f"{sentence.rstrip('.')}. Choisissez de nouveau un fichier" for sentence in sentences]
        )


class ExpenseForm(forms.Form):
    """One item. What was planned comes from the budget, never from the page: its label and its amount are read only."""

    use_required_attribute = False
    hide_optional = True

    label = LineFormField(label="Poste", max_length=200, required=False, error_messages={"max_length": _LONG})
    actual = _amount("Dépense réelle")

    def __init__(self, data=None, *, index, stored):
        self.stored = stored
        self.index = index
        initial = {"label": stored.label, "actual": stored.actual}
        super().__init__(data, prefix=f"expenses-{index}", initial=initial)
        self.fields["label"].widget.attrs.pop("maxlength", None)
        if self.is_planned:
            del self.fields["label"]
        for name, field in self.fields.items():
            words = f"{field.label}, {stored.label}" if stored.label else f"{field.label}, ligne {index + 1}"
            field.widget.attrs["aria-label"] = words
            if self.has_error(name):
                field.widget.attrs["aria-invalid"] = "true"

    @property
    def is_planned(self):
        return self.stored.planned is not None

    @property
    def number(self):
        return self.index + 1

    def clean(self):
        cleaned = self.cleaned_data
        unnamed = not self.is_planned and "label" not in self.errors and not cleaned.get("label")
        if unnamed and cleaned.get("actual") is not None:
            self.add_error("label", "Nommez ce poste")
        return cleaned

    def expense(self):
        """Return the item to keep, or None for a blank line; what did not arrive or is refused stays as stored."""
        label, actual = self._kept("label"), self._kept("actual")
        if not self.is_planned and not label:
            return None
        return Expense(label, self.stored.planned, actual)

    def _kept(self, name):
        arrived = name in self.fields and self.add_prefix(name) in self.data
        if not arrived or name in self.errors:
            return getattr(self.stored, name)
        return self.cleaned_data.get(name)


def expense_rows(expenses, data):
    """Return one form by item, then blank ones, as many as the page had (60 at most)."""
    known = list(expenses)
    count = min(MOST_EXPENSES, max(len(known) + BLANK_ROWS, _arrived(data)))
    blank = Expense("")
    rows = [
        ExpenseForm(data, index=index, stored=known[index] if index < len(known) else blank)
        for index in range(count)
    ]
    for row in rows:
        if row.is_bound:
            row.full_clean()
    return rows


def _arrived(data):
    numbers = [
        int(found[1]) for name in data or () if (found := re.fullmatch(r"expenses-([0-9]{1,3})-label", name))
    ]
    return max(numbers, default=-1) + 1
