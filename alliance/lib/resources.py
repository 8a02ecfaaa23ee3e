"""Files in and out of the admin: the base of every import and export (django-import-export, with our own readers).

A row is matched by a natural key (code, number, address), never by an id. Each cell is read by its column's widget;
what changed goes through the actions of the application, so that rules and history hold as on a page. A column that
a file may not change (state, publication, amounts) is exported, and refused when a file changes it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.resources import ModelResource

from alliance.lib.money import NBSP
from alliance.lib.tabular import Table, csv_text, xlsx_bytes
from alliance.lib.workflow import Refusal

MAX_ROWS = 5_000
NOT_WRITTEN = "Cette ligne n’a pas pu être enregistrée. Vérifiez qu’elle n’est pas déjà dans le portail, puis réessayez."


@dataclass(frozen=True)
class Problem:
    """What prevents an import: the line of the file (0 for the whole file), the column or "", and why."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """One cell that an import changes, as a spreadsheet would show it."""

    column: str
    before: Any
    after: Any


class Column(Field):
    """One column: the header people read, the attribute behind it, and the widget that reads and writes its cells.

    `fixed` says why a file may not change the column, "" when it may; a `shown_only` column is not even read.
    """

    def __init__(
        self, attribute: str, header: str, widget: Any, *, fixed: str = "", shown_only: bool = False
    ) -> None:
        super().__init__(
            attribute=attribute, column_name=header, widget=widget, readonly=bool(fixed) or shown_only
        )
        self.fixed, self.shown_only = fixed, shown_only

    def export(self, instance: models.Model, **kwargs: Any) -> Any:
        """Return the cell: a text, a number, a date or None, never a localised number."""
        return self.widget.render(self.get_value(instance))

    def read(self, cell: Any) -> Any:
        """Return the value of a cell. Raises ValidationError (French)."""
        return self.widget.clean(cell)

    @property
    def blank(self) -> Any:
        """Return what an empty cell stands for; None where an answer is required."""
        try:
            return self.read("")
        except ValidationError:
            return None

    def now(self, instance: models.Model) -> Any:
        """Return the present value as reading its own exported cell gives it: unchanged stays unchanged."""
        cell = self.export(instance)
        return self.blank if cell is None else self.read(cell)


class FileResource(ModelResource):
    """Base of the resources. Subclasses declare columns, `find` and `write`."""

    title = "Données"
    keys: tuple[str, ...] = ()  # headers of which one must be in the file
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        skip_diff = True
        skip_html_diff = True

    def __init__(self, *, hidden: Collection[str] = (), **kwargs: Any) -> None:
        """`hidden` names the columns that this person may not read."""
        super().__init__(**kwargs)
        shown = [name for name in self._meta.fields if name not in hidden]
        # In the order that people read.
        self.fields = {name: self.fields[name] for name in shown}  # type: ignore[has-type]
        self.lines: list[int] = []
        self.seen: dict[Any, int] = {}
        self.values: dict[str, Any] = {}
        self.changes: list[Change] = []

    # What a subclass says ---------------------------------------------------------------------------------

    def find(self, row: Mapping[str, Any]) -> models.Model | None:
        """Return the instance a row speaks of, None for a new one. Raises ValidationError({header: sentence})."""
        raise NotImplementedError

    def write(self, instance: models.Model, values: Mapping[str, Any], *, by: Any) -> models.Model:
        """Write `values` (attribute → value, only what changed) through the actions; return what was written."""
        raise NotImplementedError

    # Out ----------------------------------------------------------------------------------------------------

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related(*self.related).prefetch_related(*self.prefetched)

    def get_export_order(self) -> tuple[str, ...]:
        return tuple(self.fields)

    def get_import_order(self) -> tuple[str, ...]:
        return tuple(self.fields)

    def iter_queryset(self, queryset: Any) -> Iterator[models.Model]:
        return iter(queryset)  # all at once: paging would cut the file between two states of the data

    def after_export(self, queryset: Any, dataset: tablib.Dataset, **kwargs: Any) -> None:
        dataset.title = self.title

    # In -----------------------------------------------------------------------------------------------------

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Refuse the whole file before any row is tried: too long, unknown column, no key."""
        self.lines = getattr(dataset, "lines", None) or list(range(2, len(dataset) + 2))
        if refusal := self._refusal(dataset):
            dataset.wipe()  # the library would otherwise try every row all the same
            raise ValidationError(refusal)

    def _refusal(self, dataset: tablib.Dataset) -> str:
        known = [column.column_name for column in self.fields.values()]
        unknown = [header for header in dataset.headers if header not in known]
        if len(dataset) > MAX_ROWS:
            return f"Le fichier doit compter au plus 5{NBSP}000 lignes."
        if unknown:
            return (
                f"Colonne inconnue : «{NBSP}{unknown[0] or 'sans titre'}{NBSP}». "
                f"Les colonnes attendues sont : {', '.join(known)}."
            )
        if self.keys and not set(self.keys) & set(dataset.headers):
            return f"Il manque la colonne «{NBSP}{self.keys[0]}{NBSP}»."
        return ""

    def get_or_init_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> tuple[models.Model, bool]:
        found = self.find(row)
        return (found, False) if found else (self._meta.model(), True)

    def import_instance(self, instance: models.Model, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Read the row; nothing is set on `instance`, the actions do it."""
        self.values, self.changes, errors = {}, [], {}
        line = self.lines[kwargs["row_number"] - 1]
        if instance.pk and instance.pk in self.seen:
            sentence = f"Cette ligne reprend la ligne {self.seen[instance.pk]} du fichier."
            raise ValidationError({NON_FIELD_ERRORS: sentence})
        if instance.pk:
            self.seen[instance.pk] = line
        for column in self.fields.values():
            if column.column_name in row and not column.shown_only:
                try:
                    self._compare(column, instance, row[column.column_name])
                except ValidationError as error:
                    errors[column.column_name] = error.messages
        if errors:
            raise ValidationError(errors)

    def _compare(self, column: Column, instance: models.Model, cell: Any) -> None:
        after, blank = column.read(cell), column.blank
        before = column.now(instance) if instance.pk else blank
        if self.same(column, before, after):
            return
        if column.fixed:
            if after != blank:
                raise ValidationError(column.fixed)
            return
        self.values[column.attribute] = after
        shown = column.export(instance) if instance.pk else None
        self.changes.append(Change(column.column_name, shown, cell))

    def same(self, column: Column, before: Any, after: Any) -> bool:
        """Say whether a cell changes nothing."""
        return bool(before == after)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return bool(instance.pk) and not import_validation_errors and not self.changes

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Report what reading found; the actions then validate the whole row (`save_as`)."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        try:
            written = self.write(instance, self.values, by=kwargs["user"])
        except Refusal as refusal:
            raise ValidationError({NON_FIELD_ERRORS: refusal.reasons}) from None
        except ValidationError as error:
            raise ValidationError(self._by_header(error)) from None
        instance.pk = written.pk
        instance.__dict__.update(written.__dict__)
        self.seen.setdefault(written.pk, self.lines[kwargs["row_number"] - 1])

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Links were written by the action."""

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        row_result.line = self.lines[kwargs["row_number"] - 1]
        row_result.changes = list(self.changes)

    def _by_header(self, error: ValidationError) -> dict[str, list[str]]:
        """Name the columns of the file where the model names its fields."""
        headers = {column.attribute: column.column_name for column in self.fields.values()}
        if not hasattr(error, "error_dict"):
            return {NON_FIELD_ERRORS: error.messages}
        by_header: dict[str, list[str]] = {}
        for name, sentences in error.message_dict.items():
            by_header.setdefault(headers.get(name, NON_FIELD_ERRORS), []).extend(sentences)
        return by_header


def dataset_of(table: Table) -> tablib.Dataset:
    """Return the table as the library wants it, with the number of each line kept beside (`lines`)."""
    dataset = tablib.Dataset(*(row.cells for row in table.rows), headers=table.headers)
    dataset.lines = [row.line for row in table.rows]
    return dataset


def problems_of(result: Any, lines: list[int]) -> list[Problem]:
    """Return everything that prevents the import, in the order of the file."""
    found = [
        Problem(0, "", sentence)
        for error in result.base_errors
        for sentence in (error.error.messages if isinstance(error.error, ValidationError) else [NOT_WRITTEN])
    ]
    found += [Problem(lines[number - 1], "", NOT_WRITTEN) for number, _errors in result.row_errors()]
    for row in result.invalid_rows:
        for column, sentences in row.error.message_dict.items():
            name = "" if column == NON_FIELD_ERRORS else column
            found += [Problem(lines[row.number - 1], name, sentence) for sentence in sentences]
    return sorted(found, key=lambda problem: problem.line)


class XlsxFormat(Format):
    """A workbook: amounts are numbers, dates are dates, texts are never formulas."""

    CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def get_title(self) -> str:
        return "Classeur Excel (.xlsx)"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return self.CONTENT_TYPE

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return xlsx_bytes(dataset.title, dataset.headers, dataset)


class CsvFormat(XlsxFormat):
    """A CSV that Excel in French opens by a double click: BOM, semicolon, comma before the cents."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def get_title(self) -> str:
        return "CSV pour Excel (.csv)"

    def get_extension(self) -> str:
        return "csv"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return csv_text(dataset.headers, dataset, dialect="excel-fr").encode()
