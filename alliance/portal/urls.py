"""Public addresses (design.md §6): stable, in French, open to everybody."""

from django.urls import path

from alliance.portal.views import directory, files, health, home, pages, people, places, statics

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
    path("a-propos/", statics.about, name="about"),
    path("accessibilite/", statics.accessibility, name="accessibility"),
    path("confidentialite/", statics.confidentiality, name="confidentiality"),
    path("nous-joindre/", statics.contact, name="contact"),
    path("sante/", health.health, name="health"),
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap, name="sitemap"),
]
