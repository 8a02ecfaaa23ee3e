from django.contrib import admin
from django.urls import include, path

from alliance.accounts import views as accounts

urlpatterns = [
    path("", include("alliance.portal.urls")),
    path("compte/", include("alliance.accounts.urls")),
    path("espace/", include("alliance.portal.urls_espace")),
    path("admin/login/", accounts.admin_sign_in),  # one door only, where tries are counted
    path("admin/logout/", accounts.LogoutView.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "alliance.portal.views.errors.bad_request"
handler403 = "alliance.portal.views.errors.forbidden"
handler404 = "alliance.portal.views.errors.not_found"
handler429 = "alliance.accounts.views.too_many"  # asked for by allauth's limits
handler500 = "alliance.portal.views.errors.server_error"
