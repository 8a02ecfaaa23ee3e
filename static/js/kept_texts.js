/* Offers the texts that this person left encrypted in this browser (drafts.js): « Reprendre le texte de 14 h 05 ». */
"use strict";

(() => {
  const { element } = window.formFields;

  function when(at) {
    const moment = new Date(at);
    const hour = `${moment.getHours()}\u00a0h\u00a0${String(moment.getMinutes()).padStart(2, "0")}`;
    const isToday = moment.toDateString() === new Date().toDateString();
    return isToday ? hour : `${moment.toLocaleDateString("fr-CA", { day: "numeric", month: "long" })}, ${hour}`;
  }

  function row(page, ...controls) {
    page.say("Un texte n’est pas encore enregistré.");
    const made = element("p", { className: "cluster kept-text" }, ...controls);
    page.line.after(made);
    return made;
  }

  function offerHere(page, draft) {
    const taken = element("button", { type: "button", className: "button" }, `Reprendre le texte de ${when(draft.at)}`);
    const erased = element("button", { type: "button", className: "button button-quiet" }, "L’effacer");
    const offered = row(page, taken, erased);
    const leave = () => {
      offered.remove(); // the focus was on one of its buttons: it goes where the work is
      page.form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    };
    taken.addEventListener("click", () => { leave(); page.resume(draft); });
    erased.addEventListener("click", () => { leave(); page.drafts.drop(draft.id); page.say(""); });
  }

  /* A table may show more blank lines than when the text was written. */
  const filled = (rows) => JSON.stringify(rows.filter(([, value]) => value));

  /* `page`: { drafts, form, line, place, isStored, content(), say(sentence), adopt(draft), resume(draft) }.
     A text of another page is offered as a link to it. The one that this page shows is not offered: the server has
     it, or gave it back itself with a refusal. */
  window.offerTexts = async (page) => {
    for (const draft of await page.drafts.all()) {
      if (draft.place !== page.place) {
        row(page, element("a", { href: draft.place }, `${draft.title}\u00a0: texte de ${when(draft.at)}`));
      } else if (filled(draft.rows) === filled(page.content())) {
        await (page.isStored ? page.drafts.drop(draft.id) : page.adopt(draft));
      } else {
        offerHere(page, draft);
      }
    }
  };
})();
