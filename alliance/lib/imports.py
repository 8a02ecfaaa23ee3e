"""Import and export buttons of the admin: the file is read and tried, its effect shown, then written in one go.

Between the preview and the confirmation the file waits in the shared cache, so that any node may confirm it. Nothing
is written on any error; what is written is exactly what was shown, or the preview is shown again.
"""

import hashlib
import hmac
import json
import secrets
from collections import Counter

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin
from import_export.forms import ExportForm
from import_export.mixins import BaseImportMixin
from import_export.results import RowResult

from alliance.lib.dates import today
from alliance.lib.resources import CsvFormat, XlsxFormat, dataset_of, problems_of
from alliance.lib.tabular import read_table
from alliance.lib.templatetags.francais import pluriel

WAIT = 3600  # seconds a previewed file waits for its confirmation
SHOWN = 200  # rows or problems shown in a preview
_WORDS = {RowResult.IMPORT_TYPE_NEW: "Nouvelle ligne", RowResult.IMPORT_TYPE_UPDATE: "Modification"}


class FileForm(forms.Form):
    file = forms.FileField(
        label="Fichier",
        help_text="Classeur Excel (.xlsx) ou CSV, d’au plus 10 Mo et 5\xa0000 lignes. Rien n’est écrit avant la confirmation.",
        error_messages={
            "required": "Choisissez un fichier.",
            "missing": "Choisissez un fichier.",
            "empty": "Le fichier est vide.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )


class FileExportForm(ExportForm):
    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].label = "Format"
        self.fields["format"].choices = self.fields["format"].choices[1:]
        self.initial.setdefault("format", "0")


class FileAdminMixin(BaseImportMixin, ExportMixin):
    """Adds « Importer » and « Exporter » to a list, for those who hold the rights; `resource_classes` has one item."""

    import_export_change_list_template = "admin/list_with_files.html"
    export_template_name = "admin/export_file.html"
    export_form_class = FileExportForm

    def get_export_formats(self):
        return [XlsxFormat, CsvFormat]

    def has_import_permission(self, request):
        """An import adds and changes rows: it needs the three rights."""
        app, model = self.opts.app_label, self.opts.model_name
        return request.user.has_perms([f"{app}.{verb}_{model}" for verb in ("import", "add", "change")])

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_action), name=f"{name}_import"),
            path("process_import/", view(self.process_import), name=f"{name}_process_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        extra = {"has_import_permission": self.has_import_permission(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    # Export -------------------------------------------------------------------------------------------------

    internal_columns: tuple[str, ...] = ()  # for the CRD only: what its own history page would show

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"hidden": () if self.history_allowed(request) else self.internal_columns}

    def get_export_filename(self, request, queryset, file_format):
        plural = self.opts.verbose_name_plural.replace(" ", "-").lower()
        return f"{plural}-{today().isoformat()}.{file_format.get_extension()}"

    def init_request_context_data(self, request, form):
        context = super().init_request_context_data(request, form)
        context["title"] = f"Exporter : {self.opts.verbose_name_plural}"
        return context

    # Import -------------------------------------------------------------------------------------------------

    def import_action(self, request):
        """Ask for the file, then show what it would change (dry run, rolled back)."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = FileForm(
            request.POST if request.method == "POST" else None,
            request.FILES if request.method == "POST" else None,
        )
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form)
        upload = form.cleaned_data["file"]
        content = upload.read()
        try:
            table = read_table(upload.name, content)
        except ValidationError as error:
            form.add_error("file", error)
            return self._page(request, form)
        return self._preview(request, upload.name, content, table)

    @method_decorator(require_POST)
    def process_import(self, request):
        """Write the previewed file, once."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        key = self._key(request, request.POST.get("token", ""))
        waiting = cache.get(key)
        if waiting is None:
            messages.error(request, "L’aperçu a expiré. Choisissez le fichier de nouveau.")
            return redirect(self._url("import"))
        if waiting.get("done") or not cache.add(f"{key}:claim", 1, 60):
            messages.info(request, "Ce fichier a déjà été importé : rien n’a été écrit de nouveau.")
            return redirect(self._url("changelist"))
        try:
            return self._write(request, key, waiting)
        finally:
            cache.delete(f"{key}:claim")

    def _write(self, request, key, waiting):
        digest = hashlib.sha256(waiting["content"]).hexdigest()
        if not hmac.compare_digest(digest, request.POST.get("digest", "")):
            messages.error(request, "Ce n’est pas le fichier de l’aperçu. Choisissez-le de nouveau.")
            return redirect(self._url("import"))
        table = read_table(waiting["name"], waiting["content"])
        with transaction.atomic():
            result = self._run(request, table, dry_run=False)
            same = (
                not problems_of(result, [row.line for row in table.rows]) and _plan(result) == waiting["plan"]
            )
            if not same:
                transaction.set_rollback(True)
            else:
                self._log(request, result, waiting["name"])
        if not same:
            messages.warning(
                request,
                "Les données ont changé depuis l’aperçu : rien n’a été écrit. Vérifiez-le de nouveau.",
            )
            return self._preview(request, waiting["name"], waiting["content"], table)
        cache.set(key, {"done": True}, WAIT)
        messages.success(request, f"Import terminé : {_summary(result)}.")
        return redirect(self._url("changelist"))

    def _run(self, request, table, *, dry_run):
        resource = self.get_import_resource_classes(request)[0]()
        return resource.import_data(
            dataset_of(table),
            dry_run=dry_run,
            use_transactions=True,
            rollback_on_validation_errors=True,
            user=request.user,
        )

    def _preview(self, request, name, content, table):
        result = self._run(request, table, dry_run=True)
        problems = problems_of(result, [row.line for row in table.rows])
        if problems:
            extra = {"problems": problems[:SHOWN], "more_problems": len(problems) - SHOWN}
            return self._page(request, FileForm(), status=422, **extra)
        rows = [row for row in result.rows if row.import_type in _WORDS]
        if not rows:
            messages.info(request, "Ce fichier n’apporte aucun changement : rien n’a été écrit.")
            return redirect(self._url("import"))
        token, digest = secrets.token_urlsafe(24), hashlib.sha256(content).hexdigest()
        waiting = {"name": name, "content": content, "plan": _plan(result)}
        cache.set(self._key(request, token), waiting, WAIT)
        for row in rows:
            row.word = _WORDS[row.import_type]
        return self._page(
            request,
            None,
            rows=rows[:SHOWN],
            more_rows=len(rows) - SHOWN,
            summary=_summary(result),
            file_name=name,
            token=token,
            digest=digest,
        )

    def _page(self, request, form, *, status=200, **extra):
        resource = self.get_import_resource_classes(request)[0]()
        context = {
            **self.admin_site.each_context(request),
            "title": f"Importer : {self.opts.verbose_name_plural}",
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "columns": [column.column_name for column in resource.fields.values() if not column.readonly],
            "key_columns": resource.keys,
            "process_url": self._url("process_import"),
            "problems": [],
            "more_problems": 0,
            "rows": [],
            **extra,
        }
        if form is not None and form.errors:
            status = 422
        return TemplateResponse(request, "admin/import_file.html", context, status=status)

    def _log(self, request, result, name):
        for kind, flag in ((RowResult.IMPORT_TYPE_NEW, ADDITION), (RowResult.IMPORT_TYPE_UPDATE, CHANGE)):
            written = [row.instance for row in result.rows if row.import_type == kind]
            if written:
                sentence = f"Import du fichier {name[:80]}"
                LogEntry.objects.log_actions(request.user.pk, written, flag, change_message=sentence)

    def _key(self, request, token):
        """Name the waiting file of this person and this list: nobody confirms another's."""
        label = f"{request.user.pk}:{self.opts.label_lower}:{token}"
        return f"import:{hashlib.sha256(label.encode(errors='replace')).hexdigest()}"

    def _url(self, page):
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}")


def _plan(result):
    """Return a mark of everything an import changes, the same when nothing moved since."""
    told = [
        (
            row.line,
            row.import_type,
            [(each.column, str(each.before), str(each.after)) for each in row.changes],
        )
        for row in result.rows
    ]
    return hashlib.sha256(json.dumps(told).encode(errors="surrogatepass")).hexdigest()


def _summary(result):
    totals = Counter(row.import_type for row in result.rows)
    return capfirst(
        f"{pluriel(totals[RowResult.IMPORT_TYPE_NEW], 'ligne ajoutée,lignes ajoutées')}, "
        f"{pluriel(totals[RowResult.IMPORT_TYPE_UPDATE], 'ligne modifiée,lignes modifiées')}, "
        f"{pluriel(totals[RowResult.IMPORT_TYPE_SKIP], 'ligne inchangée,lignes inchangées')}"
    )
