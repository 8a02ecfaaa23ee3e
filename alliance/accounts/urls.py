"""Addresses of the account pages, in French, under allauth's names (it reverses them itself)."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from alliance.accounts import views, views_home, views_links, views_mfa

urlpatterns = [
    path("", views_home.home, name="account_home"),
    path("session/", views_home.clock, name="account_session"),
    path("sessions/", views_home.own_sessions, name="account_sessions"),
    path("textes/", views_home.texts, name="account_texts"),
    path("lien/", views_links.AskLinkView.as_view(), name="account_link_ask"),
    path("lien/envoye/", views_links.LinkSentView.as_view(), name="account_link_sent"),
    path("lien/<str:token>/", views_links.OpenLinkView.as_view(), name="account_link_open"),
    path("invitation/<str:token>/", views_links.OpenLinkView.as_view(), name="account_invitation"),
    path("connexion/", views.LoginView.as_view(), name="account_login"),
    path("deconnexion/", views.LogoutView.as_view(), name="account_logout"),
    path("ferme/", allauth_views.account_inactive, name="account_inactive"),
    path("inscription/", views.signup_closed, name="account_signup"),
    path("confirmer/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("confirmer/courriel/", views_links.ProveByLinkView.as_view(), name="account_prove_by_link"),
    path("confirmer/code/", views_mfa.ReauthenticateView.as_view(), name="mfa_reauthenticate"),
    path("confirmer/cle/", views_mfa.ReauthenticateKeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("connexion/code/", views_mfa.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("connexion/cle/", views_mfa.LoginKeyView.as_view(), name="mfa_login_webauthn"),
    path("securite/", views_mfa.IndexView.as_view(), name="mfa_index"),
    path("securite/application/", views_mfa.ActivateTotpView.as_view(), name="mfa_activate_totp"),
    path("securite/application/retirer/", views_mfa.DeactivateTotpView.as_view(), name="mfa_deactivate_totp"),
    path("securite/cles/ajouter/", views_mfa.AddKeyView.as_view(), name="mfa_add_webauthn"),
    path("securite/cles/<int:pk>/nom/", views_mfa.RenameKeyView.as_view(), name="mfa_edit_webauthn"),
    path("securite/cles/<int:pk>/retirer/", views_mfa.RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("securite/codes/", views_mfa.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path(
        "securite/codes/nouveaux/",
        views_mfa.NewRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
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
