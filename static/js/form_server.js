/* The two requests of a form that saves itself (autosave.js). A line cut rejects; anything else says its status. */
"use strict";

(() => {
  const NO_ANSWER = 20000; // milliseconds
  const LONGEST_ON_LEAVING = 60000; // characters: the browser's own limit for what is sent by a page being left
  const ALONE = { headers: { "X-Autosave": "1" }, redirect: "manual" }; // answered 401 rather than by the sign-in page

  const statusOf = (response) => (response.type === "opaqueredirect" ? 401 : response.status);

  /* Where this text is written: a new file has its own address once it is saved. */
  function placeOf(form) {
    const address = new URL(form.getAttribute("action") || location.href, location.href);
    return address.pathname + address.search;
  }

  /* Send `rows`, written upon `version`; return the server's JSON with its status. */
  async function post(form, { rows, version }) {
    const body = new URLSearchParams([...rows, ["do", "autosave"]]);
    body.set("version", version ?? ""); // a new file has none yet
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch(placeOf(form), {
      ...ALONE,
      method: "POST",
      body,
      signal: AbortSignal.timeout(NO_ANSWER),
      keepalive: document.hidden && String(body).length < LONGEST_ON_LEAVING,
    });
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    return { ...(isJson ? await response.json() : {}), status: statusOf(response) };
  }

  /* Ask for this page again; return its status, and the token and the key it brings when it holds the form. */
  async function askAgain() {
    const response = await fetch(location.href, ALONE);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const form = page.querySelector("form[data-autosave]");
    const token = form?.querySelector("[name=csrfmiddlewaretoken]").value;
    return { status: statusOf(response), key: form?.dataset.key, token };
  }

  window.formServer = { askAgain, placeOf, post };
})();
