"""Pages of the second factor: the library's views with our forms, behind a recent proof; a refused form answers 422."""

import json

from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as key_views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from alliance.accounts import adapter, forms_mfa, second_factor
from alliance.accounts.fresh import fresh_required
from alliance.accounts.views import Unprocessable

_TOO_MANY = {"too_many_login_attempts", "rate_limited"}
fresh = method_decorator(fresh_required, name="dispatch")


class _Counted(Unprocessable):
    """Past the limit of tries, the answer is 429 as for a password (case F1)."""

    def form_invalid(self, form):
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if codes & _TOO_MANY:
            return adapter.too_many(self.request, minutes=15)
        return super().form_invalid(form)


class _WithOptions:
    """`options`: what the browser needs to ask for the key, as text for an attribute of the form."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "options": json.dumps(context.pop("js_data", None))}


class AuthenticateView(_WithOptions, _Counted, base_views.AuthenticateView):
    """The second step of a sign-in."""

    form_class = forms_mfa.AuthenticateForm
    webauthn_form_class = forms_mfa.AuthenticateKeyForm

    def get_context_data(self, **kwargs):
        kinds = set(second_factor.factors(self.stage.login.user).values_list("type", flat=True))
        return {**super().get_context_data(**kwargs), "kinds": kinds}


@method_decorator(login_not_required, name="dispatch")
class LoginKeyView(key_views.LoginWebAuthnView):
    """Sign-in by a passkey alone. The browser asks for the options, then sends the key's answer."""

    form_class = forms_mfa.LoginKeyForm

    def get(self, request, *args, **kwargs):
        return JsonResponse({"request_options": auth.begin_authentication(user=None)})

    def form_invalid(self, form):
        messages.error(self.request, forms_mfa.KEY_REFUSED)
        return redirect("account_login")


class ReauthenticateView(_Counted, base_views.ReauthenticateView):
    form_class = forms_mfa.ReauthenticateForm


class ReauthenticateKeyView(_WithOptions, key_views.ReauthenticateWebAuthnView):
    form_class = forms_mfa.ReauthenticateKeyForm

    def form_invalid(self, form):
        messages.error(self.request, forms_mfa.KEY_REFUSED)
        return redirect(self.request.get_full_path())


class IndexView(base_views.IndexView):
    """What protects the account: application, keys, recovery codes."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        held = context["authenticators"]
        codes = held.get("recovery_codes")
        return {
            **context,
            "totp": held.get("totp"),
            "keys": held.get("webauthn", []),
            "codes": codes,
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "required": second_factor.is_required(self.request.user),
        }


@fresh
class ActivateTotpView(_Counted, totp_views.ActivateTOTPView):
    form_class = forms_mfa.ActivateTotpForm


@fresh
class DeactivateTotpView(Unprocessable, totp_views.DeactivateTOTPView):
    pass


@fresh
class AddKeyView(_WithOptions, Unprocessable, key_views.AddWebAuthnView):
    """Each key is kept on its device with the person's finger, face or code: it signs in alone, in place of both steps."""

    form_class = forms_mfa.AddKeyForm

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        creation = auth.begin_registration(self.request.user, passwordless=True)
        return {**context, "options": json.dumps({"creation_options": creation}), "form": self._shown(kwargs)}

    def _shown(self, kwargs):
        return kwargs.get("form") or self.get_form()


@fresh
class RemoveKeyView(Unprocessable, key_views.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form):
        held = second_factor.SecondFactorAdapter()
        if not held.can_delete_authenticator(self.object):
            form.add_error(None, held.error_messages["cannot_delete_authenticator"])
            return self.form_invalid(form)
        return super().form_valid(form)


@fresh
class RenameKeyView(Unprocessable, key_views.EditWebAuthnView):
    form_class = forms_mfa.RenameKeyForm
    success_url = reverse_lazy("mfa_index")


@fresh
class RecoveryCodesView(codes_views.ViewRecoveryCodesView):
    pass


@fresh
class NewRecoveryCodesView(Unprocessable, codes_views.GenerateRecoveryCodesView):
    pass
