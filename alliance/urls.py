from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("alliance.portal.urls")),
    path("compte/", include("alliance.accounts.urls")),
    path("espace/", include("initiatives.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "alliance.portal.views.errors.bad_request"
handler403 = "alliance.portal.views.errors.forbidden"
handler404 = "alliance.portal.views.errors.not_found"
handler500 = "alliance.portal.views.errors.server_error"
