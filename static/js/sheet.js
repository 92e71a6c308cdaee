// The deal sheet and the page of a trade: a print button where there is a printer to ask, and words that explain
// themselves; times stay current.

import { explainOnDemand } from "./explanations.js";
import { keepTimesCurrent } from "./format.js";

const print = document.querySelector("[data-print]");
if (print !== null) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
explainOnDemand();
keepTimesCurrent();
