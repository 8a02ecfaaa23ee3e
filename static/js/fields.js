/* What the other scripts do to the fields of a form: put a text back, and say an error beside its field. */
"use strict";

(() => {
  const TICKED = new Set(["checkbox", "radio"]);
  const NOT_ANSWERS = new Set(["submit", "button", "reset", "file", "fieldset", "output"]);

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function named(form) {
    return [...form.elements].filter((control) => control.name && !NOT_ANSWERS.has(control.type));
  }

  /* Put `rows`, a list of [name, value], back into the fields of `form`; names in `apart` are left alone.
     What has no field on this page (a line added to a table) travels in a hidden field, so that it is saved too. */
  function fill(form, rows, apart) {
    const controls = named(form).filter((control) => !apart.has(control.name));
    const ticked = new Set(controls.filter((control) => TICKED.has(control.type)).map((control) => control.name));
    const values = new Map(controls.map((control) => [control.name, []]));
    for (const [name, value] of rows) {
      if (values.has(name)) {
        values.get(name).push(value);
      } else {
        form.append(element("input", { type: "hidden", name, value }));
      }
    }
    for (const control of controls) {
      const given = values.get(control.name);
      if (TICKED.has(control.type)) {
        control.checked = given.includes(control.value);
      } else if (control.type === "select-multiple") {
        [...control.options].forEach((option) => { option.selected = given.includes(option.value); });
      } else if (given.length && !ticked.has(control.name)) {
        control.value = given.shift();
      }
    }
  }

  function forget(note) {
    const box = note.parentElement;
    box.classList.remove("field-invalid");
    for (const control of box.querySelectorAll("[aria-invalid]")) {
      control.removeAttribute("aria-invalid");
      control.setAttribute("aria-describedby", control.getAttribute("aria-describedby").replace(note.id, "").trim());
    }
    note.remove();
  }

  function tell(form, name, sentence) {
    const control = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    const box = control && control.closest(".field, td");
    if (!box || control === document.activeElement || box.querySelector(".error")) {
      return;
    }
    const said = element("p", {}, element("span", { className: "vh" }, "Erreur\u00a0: "), sentence);
    const note = element("div", { className: "error", id: `id_${name}_error` }, said);
    note.dataset.live = "";
    const above = box.querySelector(".hint") || box.querySelector("legend, label");
    above ? above.after(note) : box.prepend(note); // in a cell of a table, the column names the field
    box.classList.add("field-invalid");
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") || ""} ${note.id}`.trim());
  }

  /* Say `errors`, { name: sentence }, beside their fields, and take back those said before that are corrected. Neither
     the focus nor the text moves: the field being typed in is told once it is left. Errors that came with the page
     stay until it is asked again, as its summary does. */
  function showErrors(form, errors) {
    form.querySelectorAll(".error[data-live]").forEach(forget);
    Object.entries(errors).forEach(([name, sentence]) => name && tell(form, name, sentence));
  }

  window.formFields = { element, fill, showErrors };
})();
