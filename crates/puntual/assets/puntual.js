// Puntual: the garnish. Everything works without this file; nothing here knows the domain.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  // ── Rows: click anywhere, j and k, Enter ──────────────────────────────────────────────────
  const rowLinks = () => $$("table[data-rows] > tbody > tr").map((row) => $("a.row-link", row) || row);
  const PLACE = "row:" + location.pathname + location.search;
  const RESUME = "resume";

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, select, label, summary")) return;
    if (String(getSelection())) return;
    if (event.metaKey || event.ctrlKey) open(row.dataset.href);
    else location.href = row.dataset.href;
  });

  function step(by) {
    const links = rowLinks();
    if (!links.length) return;
    const here = links.findIndex((link) => (link.closest("tr") || link).contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1);
    links[next].focus({ preventScroll: true });
    links[next].closest("tr").scrollIntoView({ block: "nearest" });
    sessionStorage.setItem(PLACE, next);
  }
  // Back to a list finds the row one left.
  document.addEventListener("focusin", (event) => {
    const index = rowLinks().indexOf(event.target);
    if (index >= 0) sessionStorage.setItem(PLACE, index);
  });
  const [entry] = performance.getEntriesByType("navigation");
  if (entry && entry.type === "back_forward") {
    const link = rowLinks()[Number(sessionStorage.getItem(PLACE))];
    if (link) link.focus({ preventScroll: true });
  }

  // A row decided with its key goes; one stays at its place, which the next row has taken.
  if (sessionStorage.getItem(RESUME) === PLACE) {
    const links = rowLinks();
    const link = links[Math.min(Number(sessionStorage.getItem(PLACE)), links.length - 1)];
    if (link) link.focus({ preventScroll: true });
  }
  sessionStorage.removeItem(RESUME);

  // ── Keys ──────────────────────────────────────────────────────────────────────────────────
  const typing = (element) => element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  let chord = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return escape(event);
    if (typing(event.target)) return;
    if (chord && Date.now() - chord < 1200) {
      chord = 0;
      const link = $(`[data-chord="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const keys = { j: () => step(1), k: () => step(-1), g: () => { chord = Date.now(); }, "?": help, u: undo };
    const act = keys[event.key] || (() => pressed(event.key));
    if (act() !== false) event.preventDefault();
  });

  // A key of the page itself: what the row one is at offers, a panel, a field, a link, or a digit
  // that chooses an outcome.
  function pressed(key) {
    const row = document.activeElement.closest("table[data-rows] > tbody > tr");
    const deed = row && $(`[data-row-key="${CSS.escape(key)}"]`, row);
    if (deed) { sessionStorage.setItem(RESUME, PLACE); deed.click(); return true; }
    const digit = $(`details[open] [data-digit="${CSS.escape(key)}"]`);
    if (digit) { digit.checked = true; digit.focus(); return true; }
    const target = $(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return false;
    if (target.matches("details")) {
      target.open = true;
      const field = $("[data-digit]:checked", target) || $("[data-digit]", target) || $("input:not([type=hidden]), textarea", target);
      if (field) field.focus();
    } else if (target.matches("input")) { target.focus(); target.select(); } else target.click();
    return true;
  }
  function help() {
    const map = $("#keys");
    if (map) map.togglePopover();
  }
  function undo() {
    const button = $(".flash .undo");
    if (!button) return false;
    button.click();
  }
  function escape() {
    for (const menu of $$("details.menu[open]")) menu.open = false;
    if (typing(document.activeElement)) document.activeElement.blur();
  }
  document.addEventListener("click", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // Arrows walk along a chart.
  document.addEventListener("keydown", (event) => {
    const chart = event.target.closest("[data-chart]");
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!chart || !by) return;
    const probes = $$(".probe", chart);
    const here = probes.indexOf(document.activeElement);
    const next = probes[here < 0 ? (by > 0 ? 0 : probes.length - 1) : here + by];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // ── Forms ─────────────────────────────────────────────────────────────────────────────────
  for (const form of $$("form[data-autosubmit]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("input[type=search]")) return;
      if (event.target.type === "date" && !event.target.value && event.target.required) return;
      // Empty filters would only make the address longer.
      if (form.method === "get") for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
      form.requestSubmit();
    });
  }
  // One click, one command.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const area of $$("[data-draft]", form)) localStorage.removeItem(draftKey(area));
  });
  addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });

  // What is typed in a long field survives leaving the page.
  const draftKey = (area) => `draft:${location.pathname}:${area.id}`;
  for (const area of $$("[data-draft]")) {
    const kept = localStorage.getItem(draftKey(area));
    if (kept && !area.value) {
      area.value = kept;
      const panel = area.closest("details");
      if (panel) panel.open = true;
    }
    area.addEventListener("input", () => {
      if (area.value) localStorage.setItem(draftKey(area), area.value);
      else localStorage.removeItem(draftKey(area));
    });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form.requestSubmit();
    });
  }

  // Files dropped on the upload.
  for (const form of $$("form[data-drop]")) {
    const zone = $(".drop", form);
    const input = $("input[type=file]", form);
    const over = (on) => (event) => { event.preventDefault(); zone.classList.toggle("over", on); };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      input.files = event.dataTransfer.files;
    });
  }

  // ── Small things ──────────────────────────────────────────────────────────────────────────
  for (const button of $$(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const use = $("use", button);
      const before = use.getAttribute("href");
      use.setAttribute("href", before.replace(/#.*/, "#check"));
      setTimeout(() => use.setAttribute("href", before), 1200);
    });
  }
  for (const flash of $$("main > .flash.done")) {
    setTimeout(() => flash.classList.add("leaving"), 10_000);
    setTimeout(() => flash.remove(), 10_500);
  }
  // A running job renews itself while it is being looked at.
  const job = $("[data-refresh]");
  if (job) {
    const seconds = Number(job.dataset.refresh) || 2;
    const renew = async () => {
      if (!document.hidden) {
        const answer = await fetch(location.href, { headers: { "x-refresh": "1" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = $("[data-refresh]", page);
        if (!fresh || answer.redirected) { location.href = answer.url; return; }
        $("[data-refresh]").replaceWith(document.adoptNode(fresh));
      }
      setTimeout(renew, seconds * 1000);
    };
    setTimeout(renew, seconds * 1000);
  }
})();
