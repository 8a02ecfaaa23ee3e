"""Which new passwords are refused (ASVS 6.2)."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from alliance.accounts.passwords import HOUSE_WORDS, _letters


@pytest.mark.parametrize(
    "password",
    [
        "onze caract",
        "a" * 12,
        "abababababab",
        "123456789012",
        "x7" * 65,
        "Alliance pour toujours",
        "le fqis de 2026 arrive",
        "CRDBSL-2026-agent",
        "Bas-Saint-Laurent 2026",
        "J’habite La Matapédia",
        "Rivière du Loup 2026!",
        "vive TÉMISCOUATA 1234",
    ],
)
def test_password_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    ["longue phrase de test 2025", "douze caract.", "x7é-" + "b" * 124, "密码密码一二三四五六七八九"],
)
def test_password_accepted(password):
    validate_password(password)


def test_every_mrc_is_a_word_of_the_house():
    written = (Path(settings.BASE_DIR) / "fixtures" / "territories.csv").read_text(encoding="utf-8")
    names = [row["name"] for row in csv.DictReader(written.splitlines())]
    assert len(names) == 8
    assert [n for n in names if not any(_letters(word) in _letters(n) for word in HOUSE_WORDS)] == []
