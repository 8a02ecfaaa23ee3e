"""French of Québec on every screen: spaces, quotes, apostrophes and words (domain.md §8, quality.md §10).

Read from the templates and from the sentences in the code, so that a message nobody has met yet is right too.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
RULES = {
    "plain space before a colon": re.compile(r"[\w»)\]] :(?=[\s<]|$)"),
    "plain space inside quotes": re.compile(r"« |(?<=\S) »"),
    "plain space before $ or %": re.compile(r"\d [$%](?=\W|$)"),
    "space before ; ! or ?": re.compile(r"\w[ \u00a0\u202f][;!?](?=\s|$|<)"),
    "straight apostrophe": re.compile(r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]"),
    "« veuillez »": re.compile(r"\bveuillez\b", re.IGNORECASE),
    "1 avril without « er »": re.compile(r"\b1 (janvier|février|mars|avril|mai|juin|juillet|août)\b"),
}
FRENCH = re.compile(r"[éèêëàâçîïôûùœ«»’]", re.IGNORECASE)


@cache
def template_texts():
    return tuple(_template_texts())


def _template_texts():
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
            quoted = " \n".join(re.findall(r'{%[^%]*?"([^"]*)"[^%]*?%}', text))
            text = re.sub(r"{%.*?%}", "", text, flags=re.DOTALL)
            text = re.sub(r"{{.*?}}", "x", text, flags=re.DOTALL)
            words = re.sub(r"<[^>]*>", "<", text)
            yield path, f"{words}\n{quoted}"


@cache
def code_texts():
    return tuple(_code_texts())


def _code_texts():
    """Yield the French sentences of the code: text constants, docstrings left out."""
    for package in ("alliance", "territories", "initiatives", "funding"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and id(node) not in docstrings
                ) and FRENCH.search(node.value):
                    yield f"{path}:{node.lineno}", node.value


def faults(texts, rule):
    return [(str(place), found[0]) for place, text in texts if (found := RULES[rule].search(text))]


@pytest.mark.parametrize("rule", RULES)
def test_templates_follow_the_typography(rule):
    texts = template_texts()
    assert len(texts) > 80
    assert faults(texts, rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_sentences_of_the_code_follow_the_typography(rule):
    texts = code_texts()
    assert len(texts) > 500
    assert faults(texts, rule) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("plain space before a colon", "Il reste : rien"),
        ("plain space inside quotes", "« oui\u00a0»"),
        ("plain space before $ or %", "12 $"),
        ("space before ; ! or ?", "Vraiment ?"),
        ("straight apostrophe", "l'aide"),
        ("« veuillez »", "Veuillez patienter"),
        ("1 avril without « er »", "le 1 avril"),
    ],
)
def test_each_rule_sees_its_fault(rule, text):
    assert RULES[rule].search(text)
