"""Sign-in by a link sent by e-mail, and the invitation that opens an account.

A mail scanner follows links: reading the page uses nothing up; only its button, sent by POST, opens the session.
"""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View

from alliance.accounts import actions, adapter, links, second_factor
from alliance.accounts.choices import LinkPurpose
from alliance.accounts.forms import InvitationForm, SignInLinkForm
from alliance.accounts.views import Unprocessable
from alliance.lib.workflow import Refusal

_NEXT = "link_next"  # where the link leads, when it is opened in the browser that asked for it


def too_many_asked(request, email):
    """Count one more link asked for this address; return the refusal past the limit, or None (case F3)."""
    rates = {"app": "allauth.account", "action": "sign_in_link", "key": email.strip().lower()}
    if ratelimit.consume(request, **rates):
        return None
    return adapter.too_many(request, minutes=adapter.minutes_left(request, **rates))


@method_decorator(login_not_required, name="dispatch")
class AskLinkView(Unprocessable, FormView):
    """Ask for a link: the answer is the same whether the address has an account or not."""

    template_name = "account/link_ask.html"
    form_class = SignInLinkForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return redirect(adapter.home_of(request.user))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        email = form.cleaned_data["email"]
        if refused := too_many_asked(self.request, email):
            return refused
        try:
            actions.send_sign_in_link(email=email)
        except Refusal as refusal:
            form.add_error(None, refusal.reasons)
            return self.form_invalid(form)
        if leads_to := get_next_redirect_url(self.request):
            self.request.session[_NEXT] = leads_to
        return redirect("account_link_sent")

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "next": get_next_redirect_url(self.request) or ""}


@method_decorator(login_not_required, name="dispatch")
class LinkSentView(TemplateView):
    template_name = "account/link_sent.html"


class ProveByLinkView(View):
    """« Est-ce bien vous? » for people who have neither password nor second factor: a link, to their address."""

    def get(self, request):
        return self._page(request, 200)

    def post(self, request):
        if refused := too_many_asked(request, request.user.email):
            return refused
        try:
            actions.send_sign_in_link(email=request.user.email)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self._page(request, 503)
        if leads_to := get_next_redirect_url(request):
            request.session[_NEXT] = leads_to
        return redirect("account_link_sent")

    def _page(self, request, status):
        context = {"next": get_next_redirect_url(request) or ""}
        return render(request, "account/link_prove.html", context, status=status)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class OpenLinkView(View):
    """The page of a link. GET shows one button (an invitation: a short form); POST uses the link up and opens."""

    def get(self, request, token):
        link = links.find(token)
        return self._gone(request) if link is None else self._page(request, link, self._form(link))

    def post(self, request, token):
        link = links.find(token)
        if link is None:
            return self._gone(request)
        form = self._form(link, request.POST)
        if form is not None and not form.is_valid():
            return self._page(request, link, form, status=422)
        chosen = form.cleaned_data if form is not None else {}
        try:
            user = actions.follow_link(
                token=token, full_name=chosen.get("full_name"), password=chosen.get("password1")
            )
        except Refusal:
            return self._gone(request)
        return _enter(request, user)

    def _form(self, link, data=None):
        return InvitationForm(data, user=link.user) if link.purpose == LinkPurpose.INVITATION else None

    def _page(self, request, link, form, status=200):
        other = request.user if request.user.is_authenticated and request.user.pk != link.user_id else None
        context = {"person": link.user, "form": form, "other": other}
        name = "account/invitation.html" if form is not None else "account/link_open.html"
        return render(request, name, context, status=status)

    def _gone(self, request):
        return render(request, "account/link_gone.html", status=410)


def _enter(request, user):
    """Open the session of `user` by the usual way in, where a second factor is still asked (ASVS 6.4.3)."""
    leads_to = request.session.get(_NEXT)
    if request.user.is_authenticated and request.user.pk == user.pk:
        return _prove(request, user, leads_to)
    if request.user.is_authenticated:
        logout(request)
        leads_to = None
    request.session.pop(_NEXT, None)
    record_authentication(request, user, method="link")
    return perform_login(request, Login(user=user, redirect_url=leads_to))


def _prove(request, user, leads_to):
    """A link opened in its own open session proves who is there, unless the account has something stronger."""
    leads_to = leads_to or adapter.home_of(user)
    request.session.pop(_NEXT, None)
    if second_factor.factors(user).exists():
        return HttpResponseRedirect(leads_to)
    record_authentication(request, user, method="link", reauthenticated=True)
    request.GET = request.GET.copy()
    request.GET["next"] = leads_to
    return resume_request(request) or HttpResponseRedirect(leads_to)
