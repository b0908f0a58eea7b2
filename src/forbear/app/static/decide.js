// The decision page: words about progress. Requests are htmx's; what is not there yet is asked for by waiting.js.
"use strict";
(() => {
  const form = document.getElementById("decide");
  if (!form) return;
  const progress = document.getElementById("progress");
  form.addEventListener("submit", () => {
    progress.textContent = "Simulating every option…";
    document.getElementById("results").setAttribute("aria-busy", "true");
  });
  new MutationObserver(() => {
    const results = document.getElementById("results");
    if (results) progress.textContent = results.dataset.words || "";
  }).observe(document.getElementById("stand"), { childList: true });
})();
