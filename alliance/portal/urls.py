"""Public addresses (design.md §6): stable, in French, open to everybody."""

from django.urls import path

from alliance.portal.views import (
    bilan,
    changes,
    directory,
    figures,
    files,
    health,
    home,
    pages,
    people,
    places,
    statics,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("initiatives/", directory.directory, name="directory"),
    path("initiatives/<slug:slug>/", pages.initiative, name="initiative"),
    path("themes/", places.themes, name="themes"),
    path("themes/<slug:slug>/", places.theme, name="theme"),
    path("territoires/", places.territories, name="territories"),
    path("territoires/<slug:slug>/", places.territory, name="territory"),
    path("municipalites/<slug:slug>/", places.municipality, name="municipality"),
    path("organisations/", people.organizations, name="organizations"),
    path("organisations/<slug:slug>/", people.organization, name="organization"),
    path("chiffres/", figures.figures, name="figures"),
    path("chiffres/exercices/", figures.by_year, name="figures_by_year"),
    path("chiffres/matrice/", figures.matrix, name="matrix"),
    path("chiffres/matrice/lignes/", figures.matrix_rows, name="matrix_rows"),
    path("chiffres/matrice/lignes.csv", figures.matrix_rows_file, name="matrix_rows_file"),
    path("chiffres/levier/", figures.leverage_page, name="leverage"),
    path("chiffres/annonces/", figures.announced, name="announced"),
    path("chiffres/changements/", changes.changes, name="changes"),
    path("chiffres/changements.csv", changes.changes_csv, name="changes_csv"),
    path("chiffres/<slug:code>/", figures.figure, name="figure"),
    path("chiffres/<slug:code>.csv", figures.figure_file, name="figure_file"),
    path("bilan/", bilan.years, name="bilans"),
    path("bilan/<slug:year>/", bilan.live, name="bilan"),
    path("bilan/<slug:year>.<slug:kind>", bilan.live_file, name="bilan_file"),
    path("bilan/<slug:year>/version-<int:number>/", bilan.frozen, name="bilan_version"),
    path("bilan/<slug:year>/version-<int:number>.<slug:kind>", bilan.frozen_file, name="bilan_version_file"),
    path("a-propos/", statics.about, name="about"),
    path("accessibilite/", statics.accessibility, name="accessibility"),
    path("confidentialite/", statics.confidentiality, name="confidentiality"),
    path("nous-joindre/", statics.contact, name="contact"),
    path("sante/", health.health, name="health"),
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap, name="sitemap"),
]
