"""Fifty ways to spoil one sound page, one thing each: what the gate must catch, and a few that no tool can."""

from pathlib import Path

SOUND = Path(__file__).with_name("sound.html").read_text()
_STYLE = "</style>"
_END = "</main>"


def _styled(rule: str) -> tuple[str, str]:
    return _STYLE, f"{rule}\n{_STYLE}"


def _added(html: str) -> tuple[str, str]:
    return _END, f"{html}\n{_END}"


# name → (what the sound page has once, what the spoilt page has instead)
FAULTS: dict[str, tuple[str, str]] = {
    # Names and words
    "no language": ('<html lang="fr-CA">', "<html>"),
    "another language": ('<html lang="fr-CA">', '<html lang="en">'),
    "no title": ("<title>Le potager – Quartier solidaire</title>", "<title></title>"),
    "field without label": ('<label for="nom">Votre nom</label>', "<span>Votre nom</span>"),
    "placeholder for a label": (
        '<label for="rue">Rue</label> <input id="rue" name="rue" placeholder="rue Principale"',
        '<input id="rue" name="rue" placeholder="Rue"',
    ),
    "description that is not there": ('aria-describedby="courriel-aide"', 'aria-describedby="courriel-note"'),
    "refused field without message": (
        'aria-invalid="true" aria-describedby="mois-erreur"',
        'aria-invalid="true"',
    ),
    "detail not named to the browser": ('type="email" autocomplete="email"', 'type="email"'),
    "vague link": ("Semer en mai", "En savoir plus"),
    "file of unknown format": ("Guide du jardin (PDF, 200 ko)", "Guide du jardin"),
    "seen one way, heard another": (
        '<a href="/semis/">',
        '<a href="/semis/" aria-label="Calendrier des jardins">',
    ),
    "image without alternative": (' alt="Trois bacs de tomates devant l’école"', ""),
    "image described by its file": ("Trois bacs de tomates devant l’école", "IMG_2041.jpg"),
    "frame without title": ('<iframe title="Météo du potager"', "<iframe"),
    "meter without name": ('<meter aria-label="Part des bacs occupés"', "<meter"),
    # Structure
    "two h1": ("<h2>Récoltes</h2>", "<h1>Récoltes</h1>"),
    "heading skipped": ("<h3>Par légume</h3>", "<h4>Par légume</h4>"),
    "empty heading": ("<h3>Par légume</h3>", "<h3> </h3>"),
    "no main": (
        SOUND[SOUND.index("<main") : SOUND.index(">", SOUND.index("<main")) + 1],
        "<div id=contenu tabindex=-1>",
    ),
    "same id twice": ('<p class="box">', '<p class="box" id="nom">'),
    "choices outside a group": (
        "<fieldset><legend>Taille</legend>",
        "<div><p>Taille</p>",
    ),
    "table without caption": ("<caption>Récolte de 2024, en kilos</caption>", ""),
    "header without scope": ('<th scope="col">Kilos</th>', "<th>Kilos</th>"),
    "list with something else in it": ("<li>Parcelle 9", "<div>Parcelle 9"),
    "elements that overlap": ("ramassé le mardi.", "ramassé <b>le <i>mardi</b></i>."),
    "role that does not exist": ('<p class="box">', '<p class="box" role="encadre">'),
    "control inside a control": ("Effacer</button>", '<a href="/potager/">Effacer</a></button>'),
    "state told by colour alone": (">Libre</span>", "></span>"),
    "count that is not announced": ('<p role="status" class="results-count">', '<p class="results-count">'),
    # Keyboard
    "skip link that leads nowhere": ('href="#contenu"', 'href="#principal"'),
    "skip link that nobody sees": (".skip:focus { top: .5rem; }", ""),
    "order of its own": ('<input id="rue"', '<input tabindex="1" id="rue"'),
    "click without keyboard": ('<p class="box">', '<p class="box" onclick="this.hidden = true">'),
    "keyboard trap": (
        '<input id="rue"',
        '<input onkeydown="if (event.key === \'Tab\') event.preventDefault()" id="rue"',
    ),
    "no focus ring": _styled("button:focus-visible { outline: none; }"),
    "focus ring too faint": _styled(":focus-visible { outline: 3px solid #ddd; }"),
    "focus under a bar": _styled(
        ".bar { position: fixed; bottom: 0; left: 0; right: 0; max-width: none; height: 10rem; }"
    ),
    "seen in another order": _styled(".row { flex-direction: row-reverse; }"),
    # Looks
    "faint text": _styled("@media (prefers-color-scheme: light) { :root { --soft: #8a8a8a; } }"),
    "faint text in the dark": _styled("@media (prefers-color-scheme: dark) { :root { --soft: #55636b; } }"),
    "faint placeholder": _styled("::placeholder { color: #8a8a8a; }"),
    "faint edge of fields": _styled("input:not([type=radio]) { border: 1px solid #ccc; }"),
    "button lost in forced colours": _styled("button { border: 0; }"),
    "small target": _styled("button { min-height: 0; height: 1.125rem; padding: 0; line-height: 1; }"),
    "too wide for 320 pixels": _styled(".box { width: 30rem; }"),
    "cut when spaced": _styled(".box { height: 2.6rem; max-width: 17rem; overflow: hidden; }"),
    "moves though asked not to": (
        _STYLE,
        "@keyframes turn { to { opacity: .5; } } .box { animation: turn 2s infinite; }\n" + _STYLE,
    ),
    # Meaning: only a person can tell
    "words of another language, not said": _added("<p>Please call us before Monday.</p>"),
    "told by its place alone": _added("<p>Appuyez sur le bouton de droite.</p>"),
    "image described as another": ("Trois bacs de tomates devant l’école", "Logo"),
}


# What no tool tells: people read the pages for it.
FOR_PEOPLE = {"words of another language, not said", "told by its place alone", "image described as another"}

# How many faults each tool catches, and how many no other one does (`tests/test_probes_browser.py`).
CAUGHT = {"html": 29, "axe": 15, "probes": 19}
ALONE = {"html": 18, "axe": 3, "probes": 14}

# What a changed opening closes.
_CLOSED = {
    "no main": ("</main>", "</div>"),
    "choices outside a group": ("</fieldset>", "</div>"),
    "list with something else in it": ("Réservée</span></li>", "Réservée</span></div>"),
}


def spoilt(name: str) -> str:
    """Return the sound page with one fault."""
    sound, fault = FAULTS[name]
    if SOUND.count(sound) != 1:
        raise ValueError(f"{name}: the sound page has {SOUND.count(sound)} × {sound!r}")
    page = SOUND.replace(sound, fault)
    return page.replace(*_CLOSED[name]) if name in _CLOSED else page
