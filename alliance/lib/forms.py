"""Form fields for what the portal asks everywhere: lines and blocks of text, telephone, NEQ, address, e-mail."""

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator

from .text import clean_block, clean_line

_UNREADABLE = "Le texte contient un caractère illisible. Retapez-le à la main."
INCOMPLETE = "Ce formulaire est arrivé incomplet. Vérifiez vos réponses, puis envoyez-le de nouveau."
_TOO_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"
_EXTENSION = re.compile(r"(?:\b(?:poste|post|p\.|ext\.?|x)|#)[ .:]*(?=[0-9]+ *$)", re.IGNORECASE)
_NEAR = ("CA", "US")  # also what toll-free numbers answer
_SEPARATORS = re.compile(r"[ \-.]")


def errors_by_field(problem: ValidationError) -> dict[str | None, list[ValidationError]]:
    """Return the refusals of `problem` by the field they name; None holds those of a problem that names no field."""
    named: Any = getattr(problem, "error_dict", None)  # asked for first: the other attribute is then missing
    return named if named is not None else {None: problem.error_list}


def add_errors(form: forms.BaseForm, problem: ValidationError, *, otherwise: str | None = None) -> None:
    """Put the refusals of `problem` beside the fields that they name, the others on `otherwise` (None: above `form`)."""
    for name, errors in errors_by_field(problem).items():
        form.add_error(name if name in form.fields else otherwise, errors)


class TokenField(forms.UUIDField):
    """What makes a form sent twice one act: hidden, so what is wrong with it is said of the whole form."""

    default_error_messages: ClassVar = {"required": INCOMPLETE, "invalid": INCOMPLETE}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Formulaire", "widget": forms.HiddenInput, **kwargs})


class LineFormField(forms.CharField):
    """A text on one line, cleaned by `clean_line` before its length is checked."""

    default_error_messages: ClassVar = {"max_length": _TOO_LONG}

    def to_python(self, value: Any) -> Any:
        return self._cleaned(value, clean_line)

    def _cleaned(self, value: Any, clean: Any) -> Any:
        if value in self.empty_values:
            return self.empty_value
        if "\ufffd" in (
            text := str(value)
        ):  # what a lone surrogate, or a wrong encoding, becomes on its way here
            raise ValidationError(_UNREADABLE, code="forbidden_character")
        return clean(text) or self.empty_value


class BlockFormField(LineFormField):
    """A text of several lines, cleaned by `clean_block`: a newline counts for one character, as in the browser."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return self._cleaned(value, clean_block)


class PhoneFormField(LineFormField):
    """A telephone number, written back as « 418 722-0000, poste 12 »; outside Canada and the US, with its country.

    A number that charges who calls it (1 900…) is refused; `is_near`: so is one that is not of Canada or the US, which
    costs the price of a call abroad (some of them, in the Caribbean, look like ours).
    """

    message = "Inscrivez un numéro de téléphone de 10 chiffres, par exemple 418 555-0123, poste 12"
    charged = "Inscrivez un autre numéro\xa0: appeler celui-ci coûte un supplément"
    far = "Inscrivez un numéro du Canada ou des États-Unis\xa0: appeler celui-ci coûte le prix d’un appel outre-mer"

    def __init__(self, *, is_near: bool = False, **kwargs: Any) -> None:
        self.is_near = is_near
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        line = super().to_python(value)
        if not line:
            return line
        try:
            number = phonenumbers.parse(_EXTENSION.sub(" ext ", line), "CA")
        except phonenumbers.NumberParseException:
            raise ValidationError(self.message, code="invalid") from None
        if not phonenumbers.is_valid_number(number):
            raise ValidationError(self.message, code="invalid")
        if _is_charged(number):
            raise ValidationError(self.charged, code="charged")
        if self.is_near and phonenumbers.region_code_for_number(number) not in _NEAR:
            raise ValidationError(self.far, code="far")
        return _phone_text(number)


def _is_charged(number: phonenumbers.PhoneNumber) -> bool:
    """Say whether a call costs more than a call: 900 and its like abroad, and the exchange 976 of each area here."""
    here = number.country_code == 1 and str(number.national_number)[3:6] == "976"
    return here or phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE


def _phone_text(number: phonenumbers.PhoneNumber) -> str:
    extension = f", poste {number.extension}" if number.extension else ""
    digits = str(number.national_number)
    if number.country_code == 1:
        return f"{digits[:3]} {digits[3:6]}-{digits[6:]}{extension}"
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) + extension


class NeqFormField(LineFormField):
    """The « numéro d’entreprise du Québec »: ten digits, returned without spaces."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        digits = _SEPARATORS.sub("", super().to_python(value) or "")
        if digits and not re.fullmatch(r"[0-9]{10}", digits):
            raise ValidationError("Le NEQ compte 10 chiffres, par exemple 1140000000", code="invalid")
        return digits or self.empty_value


class PublicUrlFormField(LineFormField):
    """A web address that the public may follow: http or https, a host, no user name or password in it.

    « www.exemple.ca » is completed with https://. Anything with another scheme is refused, never corrected.
    """

    message = "Inscrivez une adresse Web complète, par exemple https://www.exemple.ca"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        line = super().to_python(value)
        if not line:
            return line
        address = f"https://{line}" if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", line) else line
        if not _is_public_address(address):
            raise ValidationError(self.message, code="invalid")
        return address


def _is_public_address(address: str) -> bool:
    if re.search(r"[\\\s]", address):
        return False
    try:
        parts = urlsplit(address)
        URLValidator(schemes=["http", "https"])(address)
    except (ValueError, ValidationError):
        return False
    return "@" not in parts.netloc


class _NamedDomain(EmailValidator):
    """An address that leaves this server: neither at « localhost » nor at an IP address."""

    domain_allowlist = ()

    def validate_domain_part(self, domain_part: str) -> bool:
        last = domain_part.rpartition(".")[2].lower()
        inside = domain_part.startswith("[") or last.isdigit() or last == "localhost"
        return not inside and super().validate_domain_part(domain_part)


class EmailLineField(forms.EmailField):
    """An e-mail address on one line, at most 254 characters, of a domain that has a name."""

    default_validators = [_NamedDomain()]
    default_error_messages: ClassVar = {
        "invalid": "Inscrivez une adresse courriel complète, par exemple nom@exemple.ca",
        "max_length": _TOO_LONG,
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        return clean_line(value) if isinstance(value, str) else super().to_python(value)
