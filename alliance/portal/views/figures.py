from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from alliance.lib.dates import today
from alliance.lib.tabular import csv_text
from alliance.portal import figure_filters as asking
from alliance.portal.directory import current
from alliance.portal.figures import leverage, register, told, told_rows, values, years
from alliance.portal.figures.matrix import ROWS_PATH, Matrix, cell_table
from alliance.portal.freshness import public_page
from alliance.portal.paging import page_of
from funding.models import PublishedFigure

_PER_PAGE = 100
_MATRIX_FILE = f"{ROWS_PATH.rstrip('/')}.csv"


def _asked(request, kind):
    """Return what the address asks, and what every page of figures shows of it."""
    asked = kind(request.GET, directory=current(request))
    return asked, {
        "asked": asked,
        "notices": asked.notices,
        "active": asked.active(request.path),
        "selects": asked.selects(),
        "canonical": asked.address(request.path),
        "as_of": today(),
    }


@public_page
def figures(request):
    """The register: every named figure, its definition and its rows."""
    asked, context = _asked(request, asking.FiguresFilter)
    return render(request, "portal/figures.html", context | {"groups": register.by_group(asked.choice)})


@public_page
def by_year(request):
    """Each fiscal year: new and renewed apart, the lines' money, the partners' and the leverage."""
    asked, context = _asked(request, asking.FiguresFilter)
    found, whole = years.years_of(asked.choice)
    return render(request, "portal/figures_years.html", context | {"years": found, "whole": whole})


@public_page
def matrix(request):
    """Theme × territory, in dollars and in initiatives."""
    asked, context = _asked(request, asking.MatrixFilter)
    return render(request, "portal/figures_matrix.html", context | {"matrix": Matrix(asked.choice)})


@public_page
def announced(request):
    """What was announced, word for word, beside what the portal counts today."""
    compared = told.comparisons(current(request))
    context = {"groups": told.by_status(compared), "as_of": today()}
    return render(request, "portal/figures_told.html", context)


@public_page
def announced_rows(request, code):
    """The rows behind the portal's own count of an announced figure."""
    ground = told.Ground(current(request))
    announced_figures = PublishedFigure.objects.select_related("fiscal_year", "territory")
    figure = get_object_or_404(announced_figures, code=code)
    table = told_rows.table_of(figure, ground)
    compared = told.compare(figure, ground)
    if table is None or compared.counted is None:
        raise Http404
    page, problem = page_of(table.records, request.GET.get("page", ""), per_page=_PER_PAGE)
    context = {
        "compared": compared,
        "table": table,
        "page": page,
        "records": [(record.url, *_cut(table.shown(record))) for record in page],
        "notices": [problem] if problem else [],
        "base": f"{request.path}?",
        "file": "",
        "as_of": today(),
    }
    return render(request, "portal/figures_told_rows.html", context)


@public_page
def leverage_page(request):
    """The leverage by its chosen definition: whole, by theme, by line, by year, by initiative, and as announced."""
    asked, context = _asked(request, asking.LeverageFilter)
    definition = leverage.DEFINITIONS[asked["definition"]]
    table = values.leverage_table(asked.choice, definition.code)
    context |= {
        "definition": definition,
        "definitions": leverage.DEFINITIONS.values(),
        "whole": leverage.whole(asked.choice, definition),
        "groups": leverage.groups(asked.choice, definition),
        "announced": told.announced_leverage(),
    }
    return _listed(request, asked, context, table, "portal/figures_leverage.html", "/chiffres/levier.csv")


@public_page
def figure(request, code):
    """The rows of one figure of the register, and what they come to."""
    entry = _entry(code)
    asked, context = _asked(request, asking.FiguresFilter)
    context |= {"entry": entry, "figure": entry.compute(asked.choice)}
    table = entry.table(asked.choice)
    return _listed(request, asked, context, table, "portal/figures_rows.html", f"/chiffres/{code}.csv")


@public_page
def figure_file(request, code):
    """The same rows as a file; what the address asks and nobody understands is refused (400)."""
    entry = _entry(code)
    if code == "levier":
        asked = asking.LeverageFilter(request.GET, directory=current(request))
        return _file(request, asked, lambda: values.leverage_table(asked.choice, asked["definition"]), code)
    asked = asking.FiguresFilter(request.GET, directory=current(request))
    return _file(request, asked, lambda: entry.table(asked.choice), code)


@public_page
def matrix_rows(request):
    """The rows behind a cell or a total of the matrix."""
    asked, context = _asked(request, asking.CellFilter)
    table = _cell_table(asked)
    context |= {
        "cell_title": asked.title,
        "in_dollars": asked["mesure"] == asking.DOLLARS,
        "matrix_address": asked.address_of_years("/chiffres/matrice/"),
    }
    return _listed(request, asked, context, table, "portal/figures_cell.html", _MATRIX_FILE)


@public_page
def matrix_rows_file(request):
    asked = asking.CellFilter(request.GET, directory=current(request))
    return _file(request, asked, lambda: _cell_table(asked), "matrice")


def _cell_table(asked):
    return cell_table(
        asked.choice_of_years,
        asked["theme"],
        asked["ligne"],
        in_dollars=asked["mesure"] == asking.DOLLARS,
    )


def _entry(code):
    if code not in register.ENTRIES:
        raise Http404
    return register.ENTRIES[code]


def _listed(request, asked, context, table, template, file):
    """Show a table in pages; the total is the whole table's."""
    page, problem = page_of(table.records, request.GET.get("page", ""), per_page=_PER_PAGE)
    address = asked.address(request.path)
    context |= {
        "table": table,
        "page": page,
        "records": [(record.url, *_cut(table.shown(record))) for record in page],
        "notices": [*context["notices"], *([problem] if problem else [])],
        "base": f"{address}{'&' if '?' in address else '?'}",
        "file": asked.address(file),
    }
    return render(request, template, context)


def _cut(cells):
    return cells[0], cells[1:]


def _file(request, asked, table, name):
    if asked.refusals:
        return render(request, "errors/400.html", {"reason": " ".join(asked.refusals)}, status=400)
    found = table()
    content = csv_text(found.titles, found.cells(), dialect="excel-fr")
    return HttpResponse(
        content.encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
