// Loaded before anything is painted: the colours that were chosen, else the system's.
"use strict";

function applyTheme() {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: the system's colours hold.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

document.documentElement.dataset.scripted = "";
addEventListener("storage", applyTheme); // the reader follows the page that it is shown in
applyTheme();
