// The decision page: words about progress. Requests are htmx's; what is not there yet is asked for by waiting.js.
"use strict";
(() => {
  const form = document.getElementById("decide");
  if (!form) return;
  const progress = document.getElementById("progress");
  // an example is an order that is filled in and asked for; the options that are ticked stay
  for (const chip of form.querySelectorAll("a[data-order]")) {
    chip.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const names = chip.dataset.order.split(",").map((name) => name.trim());
      form.querySelectorAll('select[name="order"]').forEach((place, k) => { place.value = names[k] || ""; });
      form.requestSubmit();
    });
  }
  form.addEventListener("submit", () => {
    progress.textContent = "Simulating every option…";
    document.getElementById("results").setAttribute("aria-busy", "true");
    progress.scrollIntoView({ block: "start" });
  });
  new MutationObserver(() => {
    const results = document.getElementById("results");
    if (results) progress.textContent = results.dataset.words || "";
  }).observe(document.getElementById("stand"), { childList: true });
})();
