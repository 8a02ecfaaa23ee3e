"""Pages whose amount is a sum of movements: the rows of it, and the button that adds one in two steps."""

from django import forms
from django.contrib import admin
from django.urls import path, reverse

from alliance.lib.admin import AuditedModelAdmin, ReadOnlyInline
from alliance.lib.money import format_amount
from alliance.lib.pages import Review, ask, rehearse
from funding.admin_decisions import DecisionForm, opened, posted
from funding.models import AllocationMovement, EnvelopeMovement
from initiatives.admin import FixedOnceMade


class MovementInline(ReadOnlyInline):
    fields = ("on", "kind", "shown_amount", "reason", "resolution", "by")
    readonly_fields = ("shown_amount",)
    verbose_name_plural = "mouvements"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")

    @admin.display(description="montant")
    def shown_amount(self, movement):
        return format_amount(movement.amount)


class EnvelopeMovementInline(MovementInline):
    model = EnvelopeMovement


class AllocationMovementInline(MovementInline):
    model = AllocationMovement


class MovingAdmin(FixedOnceMade, AuditedModelAdmin):
    """A page whose amount is a sum of movements, with a button to add one."""

    change_form_template = "admin/funding/change_form.html"
    kinds: list[tuple[str, str]] = []

    def get_urls(self):
        return [*(self._route(*each) for each in self.decisions()), *super().get_urls()]

    def _route(self, address, view, name):
        name = f"funding_{self.opts.model_name}_{name}"
        return path(f"<int:pk>/{address}/", self.admin_site.admin_view(view), name=name)

    def decisions(self):
        """Return the decisions of this page: (address, view, name of the route)."""
        return [("mouvement", self.movement_view, "movement")]

    def tools(self, obj):
        """Return the decisions that this row offers now: (label, name of the route)."""
        return [("Ajouter un mouvement", "movement")]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        obj = self.get_object(request, object_id) if object_id else None
        tools = self.tools(obj) if obj and request.user.has_perm("funding.move_money") else []
        shown = [(label, self.address(name, obj)) for label, name in tools]
        return super().changeform_view(
            request, object_id, form_url, {"decisions": shown, **(extra_context or {})}
        )

    def address(self, name, obj):
        return reverse(f"admin:funding_{self.opts.model_name}_{name}", args=[obj.pk])

    def back_of(self, obj):
        """Return where a decision leads back."""
        return self.address("change", obj)

    def movement_view(self, request, pk):
        """« Ajouter un mouvement »: dollars given or taken back, with the reason."""
        obj = opened(self, request, pk)
        form = DecisionForm(posted(request))
        form.fields["kind"] = forms.ChoiceField(label="Type", choices=self.kinds)
        form.order_fields(["kind", "amount", "reason", "resolution", "on", "token"])
        return self.decide(
            request,
            obj,
            form,
            lambda cleaned: self.move(obj, request.user, cleaned),
            title="Ajouter un mouvement",
            done="Le mouvement est inscrit.",
            consequence="Le montant change par ce mouvement daté; aucun mouvement ne se modifie ni ne s’efface ensuite.",
        )

    def decide(self, request, obj, form, act, *, title, done, told=None, **shown):
        """Ask for a decision about `obj` in two steps: `act(cleaned)` takes it, `told()` says what is left after."""
        form.envelope = self.envelope_of(obj)

        def preview(cleaned):
            warnings = self.warnings(obj, cleaned)
            return Review(rehearse(lambda: act(cleaned), told or (lambda: self.told(obj))), warnings)

        def perform(cleaned):
            act(cleaned)
            return done

        return ask(
            request,
            self,
            obj,
            form,
            perform,
            preview=preview,
            beside="amount",
            title=title,
            button=title,
            back=self.back_of(obj),
            facts=self.balance(obj),
            **shown,
        )

    def envelope_of(self, obj):
        """Return the envelope whose dates bound a movement of `obj`."""
        return obj

    def move(self, obj, by, cleaned):
        """Add the movement."""
        raise NotImplementedError

    def balance(self, obj):
        """Return the pairs (words, amount) that help to choose an amount."""
        raise NotImplementedError

    def told(self, obj):
        """Return the sentences of what is left, read after a rehearsed decision."""
        raise NotImplementedError

    def warnings(self, obj, cleaned):
        """Return what the decision would pass over; nothing is refused for it."""
        return []
