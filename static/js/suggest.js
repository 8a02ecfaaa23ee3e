/* Shows what resembles the words being typed: organizations, titles of initiatives.

   A field says `data-suggest="/address/"`; the address receives `q` (and the fields of the same form that
   `data-suggest-with` names, separated by spaces) and answers a fragment of HTML, a list of links or buttons whose
   first element may carry `data-said`, the sentence to announce. The fragment goes into the element whose id
   `data-suggest-into` names, or right after the field. A button says `data-fill="a name"` to
   put that name in the field. Without this script, the form searches as it is. */
"use strict";

(() => {
  const PAUSE = 300; // milliseconds without typing before asking
  const SHORTEST = 3; // characters: fewer resemble everything
  const STOPS = "a[href], button, input:not([type=hidden]), select";

  function region(input) {
    const named = document.getElementById(input.dataset.suggestInto || "");
    const made = named || document.createElement("div");
    if (!named) {
      (input.closest(".search-row") || input).after(made);
    }
    made.classList.add("suggestions");
    made.id ||= `${input.id}_suggestions`;
    made.hidden = true;
    return made;
  }

  /* Read aloud, apart from the list: one sentence for each new answer, never one for each key. */
  function announcer(after) {
    const status = document.createElement("p");
    status.className = "vh";
    status.setAttribute("role", "status");
    after.after(status);
    return status;
  }

  function sentence(box) {
    const said = box.querySelector("[data-said]");
    const count = box.querySelectorAll("li").length;
    return said ? said.dataset.said : `${count}\u00a0suggestion${count > 1 ? "s" : ""}`;
  }

  function install(input) {
    const box = region(input);
    const status = announcer(box);
    let pause = 0;
    let asked = "";
    input.setAttribute("autocomplete", "off");
    input.setAttribute("aria-controls", box.id);

    function close() {
      box.hidden = true;
      status.textContent = "";
    }

    function address() {
      const query = new URLSearchParams({ q: input.value.trim() });
      for (const name of (input.dataset.suggestWith || "").split(" ").filter(Boolean)) {
        new FormData(input.form).getAll(name).filter(Boolean).forEach((value) => query.append(name, value));
      }
      return `${input.dataset.suggest}?${query}`;
    }

    async function ask() {
      if (input.value.trim().length < SHORTEST) {
        asked = "";
        close();
        return;
      }
      const url = address();
      if (url === asked && !box.hidden) {
        return;
      }
      asked = url;
      const answer = await fetch(url, { headers: { "X-Autosave": "1" }, redirect: "manual" }).catch(() => null);
      if (url !== asked) {
        return; // an older answer that arrives late
      }
      if (!answer || !answer.ok) {
        close(); // the button of the form still searches
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      box.hidden = !box.textContent.trim();
      status.textContent = box.hidden ? "" : sentence(box);
    }

    /* Down enters the list, Up and Down walk in it, Escape comes back to the field. Tab works as everywhere. */
    function walk(event) {
      const stops = [...box.querySelectorAll(STOPS)];
      const here = stops.indexOf(document.activeElement);
      if (event.key === "Escape" && !box.hidden) {
        close();
        input.focus();
      } else if (event.key === "ArrowDown" && !box.hidden && here < stops.length - 1) {
        stops[here + 1].focus();
      } else if (event.key === "ArrowUp" && here >= 0) {
        (stops[here - 1] || input).focus();
      } else {
        return;
      }
      event.preventDefault();
    }

    /* A suggestion that only says a name: it goes into the field, which then saves it as if it had been typed. */
    function fill(event) {
      const chosen = event.target.closest("[data-fill]");
      if (!chosen) {
        return;
      }
      input.value = chosen.dataset.fill;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      clearTimeout(pause);
      asked = "";
      close();
      input.focus();
    }

    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", walk);
    box.addEventListener("click", fill);
    box.addEventListener("keydown", (event) => event.target.matches("select, input") || walk(event));
  }

  document.querySelectorAll("input[data-suggest]").forEach(install);
})();
