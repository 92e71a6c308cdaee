// Lists that the server writes anew: what runs, what waits and what was made elsewhere shows up without a reload.

const EVERY = 15_000;

/**
 * Reads the page again from time to time, and puts in each `[data-fresh]` that tells something else than before.
 * With `data-fresh-by="links"` only what it leads to counts, for the rest is kept current by scripts. A part that
 * somebody stands in is left alone. `onFresh(part)` hears of each that was put in.
 */
export function keepFresh(onFresh = () => {}) {
  const told = new Map(parts(document).map((part) => [part.dataset.fresh, tellingOf(part)]));
  const look = async () => {
    if (document.hidden) return;
    const page = await read();
    if (!page) return;
    for (const part of parts(document)) {
      const next = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
      const telling = next && tellingOf(next);
      if (!next || told.get(part.dataset.fresh) === telling || part.contains(document.activeElement)) continue;
      told.set(part.dataset.fresh, telling);
      part.replaceWith(document.adoptNode(next));
      onFresh(next);
    }
  };
  document.addEventListener("visibilitychange", look);
  return setInterval(look, EVERY);
}

async function read() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    // Whoever was signed out meanwhile is led elsewhere.
    if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // the next look may get through
  }
}

function parts(root) {
  return [...root.querySelectorAll("[data-fresh]")];
}

/** What a part tells, times apart: those go by without anything having happened. */
function tellingOf(part) {
  const links = [...part.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")).join(" ");
  if (part.dataset.freshBy === "links") return links;
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.textContent = time.dateTime;
  return `${links} ${copy.textContent.replace(/\s+/g, " ")}`;
}
