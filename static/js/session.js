// Tells before the session ends, and lets the person stay. The server keeps the time: other tabs count too.
"use strict";

(() => {
  const box = document.querySelector("[data-session]");
  if (!box) return;
  const warning = box.querySelector("[data-session-warning]");
  const said = box.querySelector("[data-session-said]");
  const stay = box.querySelector("[data-session-stay]");
  const back = box.querySelector("[data-session-back]");
  const early = Math.min(180, Number(box.dataset.left) / 2); // seconds of warning
  let timer = 0;

  box.querySelector("[data-session-plain]").hidden = true;

  const later = (seconds, what) => {
    clearTimeout(timer);
    timer = setTimeout(what, Math.max(1, Math.min(seconds, 86400)) * 1000);
  };

  function say(sentence, { staying, ended }) {
    if (said.textContent !== sentence) said.textContent = sentence;
    stay.hidden = !staying;
    back.hidden = !ended;
    warning.hidden = false;
  }

  function warn({ left, most }) {
    const minutes = Math.max(1, Math.round(left / 60));
    const when = minutes > 1 ? `dans ${minutes}\u00a0minutes` : "dans moins d’une minute";
    if (most <= left) {
      say(`Votre session prend fin ${when}\u00a0: elle a atteint sa durée maximale. Enregistrez votre travail.`, {});
    } else {
      say(`Sans activité, votre session prend fin ${when}.`, { staying: true });
    }
    later(Math.min(left, 60), look);
  }

  function tell(state) {
    if (!state.left) {
      say("Votre session a pris fin. Connectez-vous de nouveau pour continuer.", { ended: true });
    } else if (state.left > early + 1) {
      warning.hidden = true;
      later(state.left - early, look);
    } else {
      warn(state);
    }
  }

  async function ask(options) {
    try {
      const answer = await fetch(box.dataset.session, { ...options, cache: "no-store" });
      tell(await answer.json());
    } catch {
      later(30, look); // the line is down: nothing is known of the session
    }
  }

  const look = () => ask({ method: "GET" });

  stay.addEventListener("click", () => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    ask({ method: "POST", headers: { "X-CSRFToken": token } });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  later(Number(box.dataset.left) - early, look);
})();
