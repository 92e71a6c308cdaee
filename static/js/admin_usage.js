// The exact value of the day that is pointed at, or gone to with the arrow keys, beneath the chart of usage.

const chart = document.querySelector("[data-bars]");
const words = document.querySelector("[data-bar-words]");
if (chart && words) follow(chart, words, [...chart.querySelectorAll("[data-words]")]);

function follow(chart, words, bars) {
  let at = bars.length - 1;

  const show = (place) => {
    bars[at].classList.remove("is-read");
    at = Math.min(Math.max(place, 0), bars.length - 1);
    bars[at].classList.add("is-read");
    words.textContent = bars[at].dataset.words;
  };

  const KEYS = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    Home: () => 0,
    End: () => bars.length - 1,
  };
  chart.addEventListener("pointerover", (event) => {
    const place = bars.indexOf(event.target.closest("[data-words]"));
    if (place >= 0) show(place);
  });
  chart.addEventListener("focus", () => show(at));
  chart.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    show(KEYS[event.key]());
  });
}
