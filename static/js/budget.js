/* Shows the totals of a budget while it is typed. The server counts too, at each save, and its totals replace these
   (alliance/lib/money.py and initiatives/budget.py say the same words). Without this script: « Recalculer ». */
"use strict";

(() => {
  const PAUSE = 800; // milliseconds without typing: the totals are announced once the amount is written
  const NBSP = "\u00a0";
  const AMOUNT = /^(\$ ?)?([0-9]+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,]([0-9]{1,2}))?( ?\$)?$/;
  const CHOSEN = /-(nature|fiscal_year)$/; // a choice alone does not make a line

  const form = document.querySelector("form[data-budget]");
  const totals = document.getElementById("totaux");
  if (!form || !totals) {
    return;
  }

  /* Return the cents of an amount as people write it here, or null: never a guess. */
  function cents(text) {
    const match = AMOUNT.exec(text.replace(/[ \t\u00a0\u2007\u2009\u202f]+/g, " ").trim());
    if (!match || (match[1] && match[4])) {
      return null;
    }
    return Number(match[2].replaceAll(" ", "")) * 100 + Number((match[3] || "").padEnd(2, "0"));
  }

  function amount(all) {
    const dollars = String(Math.floor(all / 100)).replace(/\B(?=(\d{3})+$)/g, NBSP);
    return `${dollars}${all % 100 ? `,${String(all % 100).padStart(2, "0")}` : ""}${NBSP}$`;
  }

  /* A line without amount is not worth zero: it is counted apart, and said. */
  function side(name) {
    const sum = { cents: 0, unknown: 0 };
    form.querySelectorAll(`[data-side="${name}"] tbody tr`).forEach((line) => {
      const cells = [...line.querySelectorAll("input, select")].filter((cell) => !CHOSEN.test(cell.name));
      if (cells.some((cell) => cell.value.trim())) {
        const value = cents(line.querySelector("[name$='-amount']").value);
        sum.cents += value || 0;
        sum.unknown += value === null ? 1 : 0;
      }
    });
    return sum;
  }

  function total(sum) {
    if (!sum.cents && !sum.unknown) {
      return "aucun montant inscrit";
    }
    const lines = sum.unknown === 1 ? "une ligne sans montant" : `${sum.unknown}${NBSP}lignes sans montant`;
    return amount(sum.cents) + (sum.unknown ? `, et ${lines}` : "");
  }

  function gap(expenses, sources) {
    const missing = expenses.cents - sources.cents;
    const unknown = expenses.unknown + sources.unknown;
    if (!expenses.cents && !sources.cents && !unknown) {
      return "Aucun montant n’est encore inscrit.";
    }
    if (missing > 0) {
      return `Il manque ${amount(missing)} de financement.`;
    }
    if (missing < 0) {
      return `Les sources dépassent les dépenses de ${amount(-missing)}.`;
    }
    return unknown ? "Le budget est équilibré, mais il y a des lignes sans montant." : "Le budget est équilibré.";
  }

  function tell(name, words) {
    const output = totals.querySelector(`[data-total="${name}"]`);
    if (output && output.textContent !== words) {
      output.textContent = words;
    }
  }

  function count() {
    const [expenses, sources] = [side("expenses"), side("sources")];
    tell("expenses", total(expenses));
    tell("sources", total(sources));
    tell("gap", gap(expenses, sources));
  }

  /* Put the server's totals in place of ours: a region that is read aloud stays in the page, only its words change. */
  async function believeTheServer() {
    const before = new FormData(form);
    const answer = await fetch(location.href, { headers: { "X-Autosave": "1" } }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById("totaux");
    if (!fresh || String(new URLSearchParams(before)) !== String(new URLSearchParams(new FormData(form)))) {
      return; // something was typed meanwhile: the next save counts again
    }
    const parts = (section) => [...section.querySelectorAll("dd, table")];
    if (parts(totals).length !== parts(fresh).length) {
      totals.replaceChildren(...fresh.childNodes);
      return;
    }
    parts(totals).forEach((part, index) => {
      const [here, there] = [part, parts(fresh)[index]].map((it) => it.querySelector("output") || it);
      if (here.textContent !== there.textContent) {
        here.replaceChildren(...there.childNodes);
      }
    });
  }

  let pause = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(count, PAUSE);
  });
  form.addEventListener("autosave:saved", believeTheServer);
})();
