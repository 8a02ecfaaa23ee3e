"""French of Québec, as rules that a text keeps or breaks: spaces, quotes, apostrophes, hours, words (domain.md §8,
quality.md §10). And what people read of a page: its words, block by block, and those that only some readers hear."""

import re
from html.parser import HTMLParser

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
RULES = {
    "plain space before a colon": re.compile(r"[\w»)\]%$<] :(?=[\s<]|$)"),
    "colon against its word": re.compile(r"[\w»)]:(?= +[\w«(])"),
    "plain space inside quotes": re.compile(r"«(?=[ \w(])|(?<=[ \w.!?…)%$])»"),
    "plain space before $ or %": re.compile(r"\d ?[$%](?=\W|$)|\d ?M ?\$|\d\xa0M[ \xa0]\$"),
    "plain space in a number": re.compile(r"(?<![\d-])\d{1,3} \d{3}(?![\d-])"),
    "space before ; ! or ?": re.compile(r"[\w»)][ \xa0\u202f][;!?](?=\s|$|<)"),
    "straight apostrophe": re.compile(r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]"),
    "straight quotes": re.compile(r'(?<![=\w])"[A-Za-zÀ-ÿ][^"\n]*"'),
    "three dots": re.compile(r"\.\.\."),
    "« etc. » and dots": re.compile(r"\betc\.? ?…", re.IGNORECASE),
    "« veuillez »": re.compile(r"\bveuillez\b", re.IGNORECASE),
    "« tu »": re.compile(r"\b(?:tu|toi|tes|ton|te|ta)\b(?!’)|\bt’(?=[aeiouyhàâéèê])", re.IGNORECASE),
    "« e-mail »": re.compile(r"\be-?mails?\b", re.IGNORECASE),
    "1 avril without « er »": re.compile(rf"\b1[ \xa0](?:{_MONTHS})\b"),
    "an hour as a machine writes it": re.compile(
        r"(?<![\d:+.T-])(?:[01]?\d|2[0-3])(?:\s?[hH]\d\d|:\d\d)(?![\d:])|\b\d{1,2} h\b"
    ),
}
# Words of English that are no words of French: those that a library leaves behind. « CC BY » is the name of a licence.
_ENGLISH = re.compile(
    r"\b(?:the|of|and|with|from|your|you|this|that|these|is|are|was|not|found|have|please|must|should|submit|search|"
    r"next|previous|delete|save|view|home|log ?in|log ?out|sign ?in|sign ?up|password|username|back|cancel|add|"
    r"remove|edit|select|choose|click|upload|download|show|hide|loading|required|error|errors|welcome|yes|today|"
    r"yesterday|tomorrow|now|(?<!cc )by|none|settings|history|new|title|status|empty|page not found|field|fields|"
    r"value|row|rows|item|items|skipped|toggle|breadcrumbs?|sidebar|currently|clear|ensure|read more|skip to)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"(?<![\w’'-])[A-ZÀÂÇÉÈÊËÎÏÔÛÙŒ]{3,}(?![\w-])")
_ACRONYMS = set(
    [
        "ADS",
        "BSL",
        "CDC",
        "CISSS",
        "CLSC",
        "CRD",
        "CSV",
        "DOCX",
        "FQIS",
        "HTML",
        "JPEG",
        "JPG",
        "JSON",
        "KRTB",
        "MAMH",
        "MRC",
        "MTESS",
        "NDJSON",
        "NEQ",
        "ODS",
        "ODT",
        "OMH",
        "PAGIEPS",
        "PDF",
        "PNG",
        "QR",
        "RSS",
        "SGQRI",
        "SMS",
        "TNO",
        "TOTP",
        "URL",
        "UTF",
        "UUID",
        "WCAG",
        "XLSX",
        "XML",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "input",
        "label",
        "legend",
        "li",
        "main",
        "meta",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "section",
        "select",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "text",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "use",
        "path",
        "circle",
        "rect",
        "wbr",
    ]
)
_SAID = ("title", "alt", "aria-label", "placeholder")
_SILENT = frozenset(["script", "style", "code", "pre", "kbd", "samp", "template", "textarea"])
ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|(?<!\w)/[\w/.?=&-]+")


def faults(text):
    """Return the rules of typography that a text breaks, each with the words that break it."""
    return {rule: match[0] for rule, pattern in RULES.items() if (match := pattern.search(text))}


def faults_read(line):
    """Return what is wrong in a line that people read: typography, English, words in capitals. Addresses are no words."""
    line = ADDRESS.sub("x", line)
    found = faults(line)
    if english := _ENGLISH.search(line):
        found["English"] = english[0]
    if loud := sorted(set(_CAPITALS.findall(line)) - _ACRONYMS):
        found["capitals"] = loud[0]
    return found


class _Reader(HTMLParser):
    """Gathers what a page says: the text of its blocks, and the words of attributes that are shown or read aloud."""

    def __init__(self):
        super().__init__()
        self.parts, self.silent = [], []

    def handle_starttag(self, tag, attrs):
        has = {name: value or "" for name, value in attrs}
        if self.silent or tag in _SILENT or not has.get("lang", "fr").startswith("fr"):
            self.silent += [] if tag in _VOID else [tag]
            return
        self.parts += [f"\n{words}\n" for words in _attributes(tag, has)]
        if self.parts[-1:] == [""]:  # two words laid side by side, without a space between them
            self.parts.append("\n")
        self._break(tag)

    def handle_endtag(self, tag):
        if self.silent:
            if tag == self.silent[-1]:
                self.silent.pop()
        else:
            self._break(tag)
            self.parts.append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _break(self, tag):
        if tag in _BLOCKS:
            self.parts.append("\n")


def _attributes(tag, has):
    yield from (has[name] for name in _SAID if has.get(name))
    if tag == "input" and has.get("type") in ("submit", "button", "reset"):
        yield has.get("value", "")
    if tag == "meta" and "description" in has.get("name", "") + has.get("property", ""):
        yield has.get("content", "")


def lines_of(html):
    """Return the lines that a page says, spaces as a browser shows them."""
    reader = _Reader()
    reader.feed(html)
    lines = (re.sub(r" {2,}", " ", line).strip(" ") for line in "".join(reader.parts).split("\n"))
    return [line for line in lines if line]


def faults_of(lines):
    """Return the faults of lines that people read: (rule, words, line)."""
    return sorted({(rule, words, line) for line in lines for rule, words in faults_read(line).items()})
