"""Account pages: allauth's views with our forms. A refused form answers 422, whatever the reason of the refusal."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from alliance.accounts import adapter, forms
from alliance.accounts.fresh import fresh_required


class Unprocessable:
    """A refused form is said by its status too."""

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class LoginView(Unprocessable, allauth_views.LoginView):
    form_class = forms.LoginForm


class PasswordResetView(Unprocessable, allauth_views.PasswordResetView):
    form_class = forms.ResetPasswordForm


class PasswordResetFromKeyView(Unprocessable, allauth_views.PasswordResetFromKeyView):
    form_class = forms.ResetPasswordKeyForm


@method_decorator(fresh_required, name="dispatch")
class PasswordChangeView(Unprocessable, allauth_views.PasswordChangeView):
    form_class = forms.ChangePasswordForm


@method_decorator(fresh_required, name="dispatch")
class PasswordSetView(Unprocessable, allauth_views.PasswordSetView):
    form_class = forms.SetPasswordForm


class ReauthenticateView(Unprocessable, allauth_views.ReauthenticateView):
    form_class = forms.ReauthenticateForm


@method_decorator(login_not_required, name="dispatch")
class LogoutView(allauth_views.LogoutView):
    """Leave by POST only; the browser is told to forget what it kept of the session (case F9).

    A page that kept texts (static/js/autosave.js) erased this person's own first and says so: those of other people of
    this browser, sealed, then stay. Without that word, everything goes.
    """

    def post(self, *args, **kwargs):
        response = super().post(*args, **kwargs)
        own_are_erased = self.request.POST.get("textes") == "effaces"
        response["Clear-Site-Data"] = (
            '"cache", "cookies"' if own_are_erased else '"cache", "cookies", "storage"'
        )
        return response


@login_not_required
def signup_closed(request):
    return render(request, "account/signup_closed.html", status=403)


@login_not_required
def to_sign_in(request, **kwargs):
    """Stand where allauth has pages that this site does not offer (e-mail addresses to manage or to confirm)."""
    return redirect("espace:home" if request.user.is_authenticated else "account_login")


@login_not_required
def admin_sign_in(request):
    """Send the admin's own sign-in page to ours, where tries are counted; a person without the right gets 403."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", "/admin/")})
    return redirect(f"/compte/connexion/?{query}")


@login_not_required
def too_many(request, exception=None):
    return adapter.too_many(request)
