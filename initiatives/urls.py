"""Addresses of « Mon espace » that need no money; `alliance.portal.urls_espace` adds the landing page."""

from django.urls import path

from initiatives.views import (
    deposit,
    documents,
    easy,
    entry,
    exchanges,
    paper,
    partner,
    partners,
    record,
    renew,
    section,
    sheet,
    suggestions,
)

app_name = "espace"
urlpatterns = [
    path("initiatives/nouvelle/", entry.new, name="new"),
    path("initiatives/<int:pk>/", record.show, name="file"),
    path("initiatives/<int:pk>/modifier/", entry.edit, name="edit"),
    path("initiatives/<int:pk>/modifier/<slug:section>/", section.section, name="section"),
    path("initiatives/<int:pk>/deposer/", deposit.submit, name="submit"),
    path("initiatives/<int:pk>/recu/", deposit.receipt, name="receipt"),
    path("initiatives/<int:pk>/retirer/", deposit.withdraw, name="withdraw"),
    path("initiatives/<int:pk>/prolonger/", renew.renew, name="renew"),
    path("initiatives/<int:pk>/facile-a-lire/", easy.easy, name="easy"),
    path("initiatives/<int:pk>/echanges/", exchanges.exchanges, name="exchanges"),
    path("initiatives/<int:pk>/partenaires/", partners.choose, name="partners"),
    path("initiatives/<int:pk>/partenaires/creer/", partners.create, name="partner_new"),
    path("initiatives/<int:pk>/partenaires/<int:row>/", partner.partner, name="partner"),
    path("initiatives/<int:pk>/documents/", documents.documents, name="documents"),
    path("initiatives/<int:pk>/documents/<int:document>/retirer/", documents.remove, name="document_remove"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("formulaire/", paper.paper, name="paper"),
    path("chiffrier/", sheet.sheet, name="sheet"),
    path("chiffrier/modele.xlsx", sheet.template, name="sheet_template"),
    path("partenaires/", partners.search, name="organizations"),
    path("partenaires/suggestions/", suggestions.partner_suggestions, name="partner_suggestions"),
    path("titres/", suggestions.title_radar, name="title_radar"),
]
