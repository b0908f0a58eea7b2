// While the server is being loaded: ask whether it is there, move the bar, open the page again as soon as it is.
"use strict";
(() => {
  const EXPECTED = 5;
  const PATIENCE = 30;
  const progress = document.getElementById("progress");
  const bar = document.getElementById("bar");
  const begun = performance.now();
  let failed = 0;

  async function look() {
    const passed = (performance.now() - begun) / 1000;
    bar.value = 0.97 * (1 - Math.exp((-1.6 * passed) / EXPECTED));
    try {
      const answer = await fetch("/static/icon.svg", { cache: "no-store" });
      if (answer.ok && !answer.headers.has("X-Forbear-Starting")) return location.reload();
      failed = 0;
    } catch {
      failed += 1;
    }
    if (failed > PATIENCE) {
      progress.textContent = "No answer any more: look into the terminal in which forbear was started. The address holds the state.";
      bar.hidden = true;
      return;
    }
    setTimeout(look, 200);
  }
  look();
})();
