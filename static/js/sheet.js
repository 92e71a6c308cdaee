// The deal sheet: a print button where there is a printer to ask, and times that stay current.

import { keepTimesCurrent } from "./format.js";

const print = document.querySelector("[data-print]");
print.hidden = false;
print.addEventListener("click", () => window.print());
keepTimesCurrent();
