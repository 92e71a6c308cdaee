// The colour theme: the system's unless the visitor chose one. Loaded before the first paint, hence not a module.
(() => {
  const KEY = "parley.theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };

  const stored = () => {
    try {
      const theme = localStorage.getItem(KEY);
      return theme in NEXT ? theme : "system";
    } catch {
      return "system"; // storage is switched off
    }
  };

  const store = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts as long as the page
    }
  };

  const apply = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };

  let theme = stored();
  apply(theme);

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const name = button.querySelector("[data-theme-name]");
    const show = () => {
      name.textContent = theme;
      button.title = `Switch to ${NEXT[theme]}`;
    };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      theme = NEXT[theme];
      store(theme);
      apply(theme);
      show();
    });
  });
})();
