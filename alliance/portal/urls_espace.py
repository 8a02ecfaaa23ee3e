"""« Mon espace »: the landing page, which shows money, then the forms of initiatives; one namespace for all."""

from django.urls import path

from alliance.accounts.views_mail import mails
from alliance.portal.views.espace import home
from alliance.portal.views.reports import report, reports
from initiatives.urls import urlpatterns as initiative_urls

app_name = "espace"
urlpatterns = [
    path("", home, name="home"),
    path("courriels/", mails, name="mails"),
    path("rapports/", reports, name="reports"),
    path("rapports/<int:pk>/", report, name="report"),
    *initiative_urls,
]
