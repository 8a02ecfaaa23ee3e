// What only a drawn page tells. Each function returns sentences: what is wrong, and where.
"use strict";
window.measures = (() => {
  const FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio], [type=submit], [type=button], [type=image]), select, textarea";
  const STOPS = "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const all = selector => [...document.querySelectorAll(selector)].filter(seen);
  const px = text => parseFloat(text) || 0;

  function seen(it) {
    const box = it.getBoundingClientRect();
    return it.checkVisibility({visibilityProperty: true, opacityProperty: true}) && box.width > 1 && box.height > 1;
  }
  function said(it) {
    const name = it.id ? "#" + it.id : it.name || it.getAttribute("href") || it.className;
    const text = (it.textContent || "").replace(/\s+/g, " ").trim().slice(0, 40);
    return `<${it.localName} ${name && name.baseVal !== undefined ? name.baseVal : name || ""}> ${text}`;
  }

  // Colours (WCAG 2.2: relative luminance) -------------------------------------------------------------
  function colour(text) {
    const parts = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    if (text.startsWith("color(srgb")) parts.forEach((part, i) => { if (i < 3) parts[i] = part * 255; });
    return [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1];
  }
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  function ground(it) {
    const layers = [];
    for (let each = it; each; each = each.parentElement) layers.push(colour(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), colour(getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(18,18,18)" : "rgb(255,255,255)"));
  }
  function light(parts) {
    const [r, g, b] = parts.map(value => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(text, under) {
    const pair = [light(over(colour(text), under)), light(under)].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  }

  // Texts: what axe measures too, much faster; axe does it once, in the light look ------------------------
  function texts() {
    const found = [], known = new Map();
    for (const it of all("body *")) {
      if (it instanceof SVGElement || it.disabled || ![...it.childNodes].some(each => each.nodeType === 3 && each.data.trim())) continue;
      const style = getComputedStyle(it);
      if (style.clipPath !== "none" || painted(it)) continue;
      const size = px(style.fontSize), least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
      const under = ground(it), key = [style.color, under, least].join();
      if (!known.has(key)) known.set(key, contrast(style.color, under));
      if (known.get(key) < least - 0.005) found.push(`${said(it)}: text ${known.get(key).toFixed(2)}:1`);
    }
    return found;
  }
  function painted(it) {
    for (let each = it; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== "none") return true;
      if (colour(style.backgroundColor)[3] === 1) return false;
    }
    return false;
  }

  // Fields ---------------------------------------------------------------------------------------------
  function fields() {
    const found = [];
    for (const it of all(FIELDS)) {
      const style = getComputedStyle(it), around = ground(it.parentElement), inside = ground(it);
      const edge = px(style.borderBottomWidth) >= 1 ? contrast(style.borderBottomColor, around) : 1;
      const filled = contrast(`rgb(${inside.slice(0, 3).join()})`, around);
      if (Math.max(edge, filled) < 3) found.push(`${said(it)}: edge ${edge.toFixed(2)}:1`);
      if (it.placeholder) {
        const hint = getComputedStyle(it, "::placeholder"), parts = colour(hint.color);
        const ratio = contrast(`rgba(${parts.slice(0, 3).join()},${parts[3] * (Number(hint.opacity) || 1)})`, inside);
        if (ratio < 4.5) found.push(`${said(it)}: placeholder ${ratio.toFixed(2)}:1`);
      }
    }
    return found;
  }

  // Keyboard: where the focus goes, seen or not ----------------------------------------------------------
  const stops = () => all(STOPS).filter(it => it.tabIndex >= 0 && !it.disabled);
  function ring(it) {
    const style = getComputedStyle(it), under = ground(it.parentElement || it);
    const drawn = [];
    if (style.outlineStyle !== "none" && px(style.outlineWidth) >= 2) drawn.push(style.outlineColor);
    for (const shadow of style.boxShadow.split(/,(?![^(]*\))/)) {
      const sizes = shadow.replace(/rgba?\([^)]*\)|color\([^)]*\)/, "").match(/-?[\d.]+px/g) || [];
      if (Math.max(0, ...sizes.map(px)) >= 2 && !shadow.includes("inset")) drawn.push(shadow.match(/rgba?\([^)]*\)|color\([^)]*\)/)[0]);
    }
    return Math.max(1, ...drawn.map(each => contrast(each, under)));
  }
  function covered(it) {
    const box = it.getClientRects()[0];
    const where = [[box.left + box.width / 2, box.top + box.height / 2], [box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]];
    return where.every(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      if (!top || it.contains(top) || top.contains(it)) return false;
      for (let each = top; each; each = each.parentElement) {
        if (["fixed", "sticky"].includes(getComputedStyle(each).position)) return !each.contains(it);
      }
      return false;
    });
  }
  function focus() {
    const found = [];
    for (const it of stops()) {
      it.focus();
      if (document.activeElement !== it) { found.push(`${said(it)}: takes no focus`); continue; }
      const box = it.getBoundingClientRect();
      if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) found.push(`${said(it)}: focused out of sight`);
      else if (covered(it)) found.push(`${said(it)}: focused under what stays in place`);
      if (ring(it) < 3) found.push(`${said(it)}: focus ${ring(it).toFixed(2)}:1`);
    }
    return found;
  }
  function order() {
    const found = [];
    for (const it of document.querySelectorAll("*")) {
      if (!/flex|grid/.test(getComputedStyle(it).display)) continue;
      const children = [...it.children].filter(child => seen(child) && (child.matches(STOPS) || child.querySelector(STOPS)) && !/absolute|fixed/.test(getComputedStyle(child).position) &&
        child.localName !== "aside");  // beside the rest by definition: read before or after, it means the same
      for (let i = 1; i < children.length; i++) {
        const a = children[i - 1].getBoundingClientRect(), b = children[i].getBoundingClientRect();
        const above = b.bottom <= a.top + 1, left = b.right <= a.left + 1 && b.bottom > a.top + 1 && b.top < a.bottom - 1;
        if (above || left) found.push(`${said(children[i])}: seen before ${said(children[i - 1])}`);
      }
    }
    return found;
  }

  // Sizes, widths, movement ------------------------------------------------------------------------------
  function sizes() {
    const found = [];
    for (const it of all("button, input[type=submit], .button")) {
      const box = it.getBoundingClientRect(), least = it.closest("td, th") ? 24 : 44;
      if (box.height < least - 0.5 || box.width < 24) found.push(`${said(it)}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
    }
    return found;
  }
  function sideways() {
    const root = document.documentElement, more = root.scrollWidth - root.clientWidth;
    if (more <= 0) return [];
    const wide = [...document.querySelectorAll("body *")].filter(it => it.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${more} px too wide: ${wide.length ? said(wide[0]) : ""}`];
  }
  const clipping = it => {
    const style = getComputedStyle(it), hides = /hidden|clip/;
    return it.clientWidth > 1 && style.clipPath === "none" && it.textContent.trim() &&
      ((hides.test(style.overflowY) && it.scrollHeight > it.clientHeight + 2) || (hides.test(style.overflowX) && it.scrollWidth > it.clientWidth + 2));
  };
  function spacing() {
    const cut = () => [...document.querySelectorAll("body *")].filter(it => !(it instanceof SVGElement) && seen(it) && clipping(it));
    const before = new Set(cut()), rules = new CSSStyleSheet();
    rules.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
    const found = cut().filter(it => !before.has(it)).map(it => `${said(it)}: cut`).concat(sideways());
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(each => each !== rules);
    return found;
  }
  function moving() {
    return document.getAnimations().filter(it => it.playState === "running" && it.effect.getComputedTiming().duration > 100)
      .map(it => `${said(it.effect.target)}: moves`);
  }
  function forced() {
    const found = [];
    for (const it of all("button, .button, .tag, " + FIELDS)) {
      const style = getComputedStyle(it), under = ground(it.parentElement);
      const edged = px(style.borderBottomWidth) >= 1 && style.borderBottomStyle !== "none" && contrast(style.borderBottomColor, under) >= 3;
      if (!edged && !style.textDecorationLine.includes("underline")) found.push(`${said(it)}: no edge in forced colours`);
    }
    return found;
  }

  // Walk: which stops a keyboard must reach, and which it reached ------------------------------------------
  let reached = [];
  function start() {
    const groups = new Set();
    const wanted = stops().filter(it => {
      if (it.type !== "radio") return true;
      const group = it.name + (it.form ? [...document.forms].indexOf(it.form) : "");
      return !groups.has(group) && groups.add(group);
    });
    reached = [];
    window.wanted = wanted;
    document.addEventListener("focusin", event => reached.push(event.target));
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    reached = [];
    return wanted.length;
  }
  const same = (a, b) => a === b || (a.type === "radio" && b.type === "radio" && a.name === b.name && a.form === b.form);
  const missing = () => window.wanted.filter(it => !reached.some(each => same(each, it)));
  function walk() {
    const found = missing().slice(0, 1).map(it => `${said(it)}: never reached`);
    for (let i = 1; i < reached.length; i++) {
      if (reached[i] === reached[0]) break;
      if (!(reached[i - 1].compareDocumentPosition(reached[i]) & Node.DOCUMENT_POSITION_FOLLOWING)) {
        found.push(`after ${said(reached[i - 1])} comes ${said(reached[i])}`);
        break;
      }
    }
    const first = reached[0] && reached[0].getAttribute("href");
    const main = document.querySelector("main");
    const menu = reached.some(it => main && it.compareDocumentPosition(main) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (menu && !(first || "").startsWith("#")) found.push("the first stop does not lead to the content");
    return found;
  }
  return {fields, focus, forced, missing: () => missing().length, moving, order, sideways, sizes, spacing, start, texts, walk};
})();
