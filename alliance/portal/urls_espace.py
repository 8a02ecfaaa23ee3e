"""« Mon espace »: the landing page, which shows money, then the forms of initiatives; one namespace for all."""

from django.urls import path

from alliance.portal.views.espace import home
from initiatives.urls import urlpatterns as initiative_urls

app_name = "espace"
urlpatterns = [path("", home, name="home"), *initiative_urls]
