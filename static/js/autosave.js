/* Saves the form while it is being written, and never loses a word of it.

   The form says `data-autosave` and `data-key` (templates/espace/…); the state is said in `[data-save-state]`.
   The same fields go to the same address with `do=autosave`; the server answers in JSON and its status decides.
   What the server does not hold yet is kept encrypted in this browser (drafts.js), and offered on return
   (kept_texts.js). Without this script, the buttons of the form save as well. */
"use strict";

(() => {
  const PAUSE = 2000; // milliseconds without typing before saving
  const LONGEST_PAUSE = 20000; // somebody who never stops typing is saved as often as this
  const BEFORE_KEEPING = 400; // the encrypted copy is written sooner than the server's
  const WAITS = [2000, 4000, 8000, 15000, 30000, 60000]; // between two tries while the line is cut
  const BACK = 10000; // while signed out: between two looks at whether somebody signed in again
  const SIGN_OUT = "/compte/deconnexion/";
  const APART = new Set(["csrfmiddlewaretoken", "version", "do"]); // not what the person wrote

  const RETRYING = "Pas enregistré\u00a0: nouvelle tentative…";
  const SIGNED_OUT = "Pas enregistré\u00a0: votre session a pris fin. Votre texte reste sur cette page.";
  const OTHER_PERSON = "Pas enregistré\u00a0: une autre personne a ouvert une session sur cet appareil.";
  const CONFLICT = "Pas enregistré\u00a0: ce dossier a changé pendant votre travail.";
  const LOST_BY_LEAVING = "Pas enregistré\u00a0: si vous vous déconnectez, ce texte sera effacé de cet appareil.";
  const REFUSED = "Pas enregistré\u00a0: le texte a été refusé.";

  const { element, fill, showErrors } = window.formFields;
  const { askAgain, placeOf, post } = window.formServer;
  const form = document.querySelector("form[data-autosave]");
  const line = document.querySelector("[data-save-state]");
  if (!form || !line) {
    return;
  }

  const key = form.dataset.key;
  form.removeAttribute("data-key"); // it now lives in this page's memory only
  let drafts = null; // the encrypted store, once open
  let id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()); // this tab's own text in it
  let stopped = ""; // why nothing is sent: "signed_out", "conflict", "undecided", "closed"; or ""
  let busy = null; // the promise of the saving under way
  let unanswered = null; // what was sent without an answer: sent again as it was, the server knows its own
  let [saved, kept] = ["", ""]; // what the server holds as far as we know; what the encrypted store holds
  let refusals = {}; // field → sentence, of the last answer
  let isRenewed = false; // the token of the page was, since the last answer that saved
  let [failures, unsavedSince] = [0, 0];
  let [sending, keeping] = [0, 0]; // timers
  let [leaving, chain] = [false, Promise.resolve()]; // writes to the store follow one another

  const content = () =>
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !APART.has(name));
  const asText = (rows) => JSON.stringify(rows);
  const written = () => asText(content());
  const waiting = () => written() !== saved || Object.keys(refusals).length > 0;
  const hidden = (name) => form.querySelector(`input[type=hidden][name="${name}"]`);
  const place = () => placeOf(form);

  function setVersion(version) {
    if (version !== undefined) {
      const field = hidden("version") || form.appendChild(element("input", { type: "hidden", name: "version" }));
      field.value = version;
    }
  }

  /* A screen reader hears the line when it changes, so it is touched only then. */
  function say(sentence, ...more) {
    if (line.dataset.said !== sentence) {
      line.dataset.said = sentence;
      line.classList.toggle("save-state-not", sentence.startsWith("Pas enregistré"));
      line.replaceChildren(sentence, ...more.flatMap((part) => [" ", part]));
    }
  }

  // The encrypted copy ------------------------------------------------------------------------------------------

  function keep() {
    clearTimeout(keeping);
    keeping = 0;
    chain = chain.then(write).catch(() => { kept = ""; });
    return chain;
  }

  async function write() {
    const rows = content();
    if (!drafts || leaving) {
      return;
    }
    if (!waiting() && !unanswered) {
      await drafts.drop(id);
      return;
    }
    const version = unanswered ? unanswered.version : hidden("version")?.value;
    const title = document.querySelector("h1").textContent.trim();
    await drafts.keep(id, { place: place(), title, version, rows, sent: unanswered?.rows });
    kept = asText(rows);
  }

  // The server --------------------------------------------------------------------------------------------------

  function typed() {
    keeping ||= setTimeout(keep, BEFORE_KEEPING);
    if (failures || stopped) {
      return; // a try is already planned, or none is wanted
    }
    unsavedSince ||= Date.now();
    plan(Math.min(PAUSE, Math.max(0, unsavedSince + LONGEST_PAUSE - Date.now())));
  }

  function plan(delay) {
    clearTimeout(sending);
    sending = setTimeout(save, delay);
  }

  /* Send what is written; one saving at a time. */
  function save() {
    busy ||= send().finally(() => { busy = null; });
    return busy;
  }

  async function send() {
    clearTimeout(sending);
    if (stopped || (!unanswered && written() === saved)) {
      return;
    }
    unanswered ||= { rows: content(), version: hidden("version")?.value };
    unsavedSince = 0;
    const answer = await post(form, unanswered).catch(() => ({ status: 0 }));
    await (ANSWERS[answer.status] || ANSWERS[0])(answer);
  }

  async function onSaved(answer) {
    saved = asText(unanswered.rows);
    unanswered = null;
    failures = 0;
    isRenewed = false;
    setVersion(answer.version);
    if (answer.address && answer.address !== place()) { // a new file: from now on it is changed, not created
      form.setAttribute("action", answer.address);
      history.replaceState(null, "", answer.address);
    }
    refuse(answer.errors || {});
    say(answer.said);
    form.dispatchEvent(new CustomEvent("autosave:saved", { detail: answer }));
    await keep();
    if (written() !== saved) {
      typed();
    }
  }

  /* What was sent is refused as it is: another try waits for another text. */
  function onRefused(answer) {
    saved = asText(unanswered.rows);
    unanswered = null;
    refuse({ "": answer.said, ...answer.errors });
    say(answer.said || REFUSED);
  }

  function onUnreachable() {
    say(RETRYING);
    plan(WAITS[Math.min(failures, WAITS.length - 1)]);
    failures += 1;
    keep();
  }

  function onConflict(answer) {
    stop("conflict");
    const compare = element("button", { type: "button", className: "button button-quiet" }, "Comparer les deux versions");
    compare.addEventListener("click", () => form.requestSubmit());
    say(answer.said || CONFLICT, compare);
  }

  function onSignedOut(answer) {
    stop("signed_out");
    const href = `/compte/connexion/?next=${encodeURIComponent("/espace/")}`;
    say(answer.said || SIGNED_OUT,
      element("a", { href, target: "_blank", rel: "noopener" }, "Se connecter dans un autre onglet"));
    setTimeout(comeBack, BACK);
  }

  function onClosed(answer) {
    stop("closed");
    say(answer.said || REFUSED);
  }

  /* 403 is either a page older than the last sign-in (its token is then renewed, once) or a right that is gone. */
  function onForbidden(answer) {
    if (answer.state !== "token") {
      return onClosed(answer);
    }
    const again = isRenewed ? onUnreachable : comeBack;
    isRenewed = true;
    return again();
  }

  function refuse(errors) {
    refusals = errors;
    showErrors(form, errors);
  }

  function stop(reason) {
    stopped = reason;
    clearTimeout(sending);
    keep();
  }

  /* Ask for the page again: signed in, it brings a fresh token. The version stays the one this text was written
     upon: what somebody else saved meanwhile is still a conflict. */
  async function comeBack() {
    const fresh = await askAgain().catch(() => ({ status: 0 }));
    if (!fresh.status) {
      return stopped ? setTimeout(comeBack, BACK) : onUnreachable();
    } else if (fresh.status === 401) {
      return onSignedOut({});
    } else if (fresh.key !== key) {
      return onClosed({ said: fresh.key ? OTHER_PERSON : "" });
    }
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = fresh.token; });
    stopped = "";
    plan(0);
  }

  const lookAgain = () => (stopped === "signed_out" ? comeBack() : failures && plan(0));

  const ANSWERS = {
    0: onUnreachable, 200: onSaved, 401: onSignedOut, 403: onForbidden, 404: onClosed, 409: onConflict,
    400: onRefused, 413: onRefused, 422: onRefused,
  };

  // Coming back and leaving -------------------------------------------------------------------------------------

  /* The text comes back with the version it was written upon, and what was sent without an answer is sent again
     first: the server alone can say whether it was saved, or whether somebody else changed the file meanwhile. */
  function resume(draft) {
    fill(form, draft.rows, APART);
    setVersion(draft.version);
    unanswered = draft.sent ? { rows: draft.sent, version: draft.version } : null;
    id = draft.id;
    line.scrollIntoView({ block: "nearest" });
    form.dispatchEvent(new Event("input"));
    save();
  }

  const isLost = () => stopped === "conflict" || stopped === "closed"; // the page that answers the button says why

  /* A button of the form waits until what is written is saved: neither of two savings then refuses the other. Where
     the line is cut or the session over, the page stays, with its text. */
  form.addEventListener("submit", async (event) => {
    if (stopped === "undecided") {
      stopped = ""; // both versions were shown, and a button pressed
    }
    if (leaving || isLost() || (!busy && !unanswered && written() === saved)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    await save();
    await save(); // what was typed while the first was under way
    await chain;
    if (!unanswered || isLost()) {
      leaving = true;
      form.requestSubmit(event.submitter);
    }
  });

  /* Signing out erases what the browser keeps of this person: what is written leaves first. Where it cannot, the page
     stays and the person decides. */
  document.addEventListener("submit", async (event) => {
    if (event.target.getAttribute("action") !== SIGN_OUT || leaving) {
      return;
    }
    event.preventDefault();
    await save();
    await save(); // what was typed while the first was under way
    if (!unanswered && !waiting()) {
      return signOut(event.target);
    }
    const anyway = element("button", { type: "button", className: "button button-quiet" }, "Se déconnecter quand même");
    anyway.addEventListener("click", () => signOut(event.target));
    say(LOST_BY_LEAVING, anyway);
    line.scrollIntoView({ block: "nearest" });
    anyway.focus();
  });

  /* The texts of other people, sealed, stay: the server is told that ours are gone, and then erases nothing more. */
  async function signOut(out) {
    leaving = true;
    await chain;
    try {
      await Promise.all((await drafts.all()).map((draft) => drafts.drop(draft.id)));
      out.append(element("input", { type: "hidden", name: "textes", value: "effaces" }));
    } catch {
      // without that word, the answer erases all that this browser keeps for the site
    }
    out.submit();
  }

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && written() !== saved && written() !== kept) {
      event.preventDefault();
    }
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  window.addEventListener("online", lookAgain);
  window.addEventListener("focus", lookAgain);
  document.addEventListener("visibilitychange", () => (document.hidden ? keep().then(save) : lookAgain()));
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("focusout", () => setTimeout(() => showErrors(form, refusals)));

  // A page that answers a refusal or a conflict shows what is not stored; over a conflict, a person decides.
  const status = performance.getEntriesByType("navigation")[0]?.responseStatus || 200;
  const isStored = status === 200 && !("unsaved" in form.dataset);
  saved = isStored ? written() : "";
  stopped = status === 409 ? "undecided" : "";
  window.openDrafts(key).then(async (opened) => {
    drafts = opened;
    if (drafts) {
      const adopt = (draft) => { id = draft.id; };
      await window.offerTexts({ drafts, form, line, say, place: place(), content, isStored, adopt, resume });
    }
    if (!isStored) {
      await keep();
    }
  });
})();
