"""Addresses of the account pages, in French, under allauth's names (it reverses them itself)."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from alliance.accounts import views

urlpatterns = [
    path("connexion/", views.LoginView.as_view(), name="account_login"),
    path("deconnexion/", views.LogoutView.as_view(), name="account_logout"),
    path("ferme/", allauth_views.account_inactive, name="account_inactive"),
    path("inscription/", views.signup_closed, name="account_signup"),
    path("confirmer/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("mot-de-passe/", views.PasswordChangeView.as_view(), name="account_change_password"),
    path("mot-de-passe/choisir/", views.PasswordSetView.as_view(), name="account_set_password"),
    path("mot-de-passe/oublie/", views.PasswordResetView.as_view(), name="account_reset_password"),
    path(
        "mot-de-passe/oublie/envoye/", allauth_views.password_reset_done, name="account_reset_password_done"
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("courriel/", views.to_sign_in, name="account_email"),
    path("courriel/verification/", views.to_sign_in, name="account_email_verification_sent"),
    re_path(r"^courriel/verification/(?P<key>[-:\w]+)/$", views.to_sign_in, name="account_confirm_email"),
]
