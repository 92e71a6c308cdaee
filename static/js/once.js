// A form that leads to another page is sent once, though its button may be pressed twice.

const MOST_MILLISECONDS = 10_000; // who has stopped the page from loading may press again

let sentAt = new WeakMap();
addEventListener("pageshow", () => { sentAt = new WeakMap(); });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || event.submitter?.hasAttribute("data-export")) return;
  if (Date.now() - (sentAt.get(form) ?? -Infinity) < MOST_MILLISECONDS) event.preventDefault();
  else sentAt.set(form, Date.now());
});
