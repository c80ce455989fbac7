// Small comforts over pages that are complete without them: a remembered theme, a link copied
// by one press, menus that close when attention goes elsewhere.

const root = document.documentElement;
const key = "veche.theme";

// recall and remember tolerate a browser that refuses storage: the choice then lasts one page.
function recall() {
  try { return localStorage.getItem(key) ?? ""; } catch { return ""; }
}

function remember(theme) {
  try { theme ? localStorage.setItem(key, theme) : localStorage.removeItem(key); } catch { /* one page */ }
}

function wear(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

function themes() {
  for (const form of document.querySelectorAll("form.theme")) {
    form.elements.theme.value = recall();
    form.hidden = false;
    form.addEventListener("change", () => {
      remember(form.elements.theme.value);
      wear(form.elements.theme.value);
    });
  }
}

function copies() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-copied]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      location.assign(link.href);
      return;
    }
    if (link.dataset.copying) return;
    link.dataset.copying = "yes";
    const label = [...link.childNodes];
    link.setAttribute("aria-live", "polite");
    link.replaceChildren(link.dataset.copied);
    setTimeout(() => {
      link.replaceChildren(...label);
      delete link.dataset.copying;
    }, 2000);
  });
}

function menus() {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });
}

function ready() {
  themes();
  copies();
  menus();
}

wear(recall());
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready, { once: true });
else ready();
