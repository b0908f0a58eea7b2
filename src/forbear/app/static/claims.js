// The claims page: sliders over quantiles of a prior to hidden fields, words about progress. Requests are htmx's.
"use strict";
(() => {
  const form = document.getElementById("claim");
  if (!form) return;
  const progress = document.getElementById("progress");
  const LEAST = 0.01, SPAN = 0.98, STEPS = 49;
  let newest = 0;
  const field = (box) => box.querySelector("input[type=hidden]");
  const slider = (box) => box.querySelector("input[type=range]");

  function say(box) {
    const held = field(box).value !== "";
    const values = JSON.parse(box.dataset.values);
    const words = held ? values[Number(slider(box).value)] : "as drawn";
    box.querySelector("output").textContent = words;
    slider(box).setAttribute("aria-valuetext", words);
    box.classList.toggle("moved", held);
    box.querySelector(".back").disabled = !held;
  }
  function announce() {
    progress.textContent = "Simulating…";
    document.getElementById("results").setAttribute("aria-busy", "true");
    form.dispatchEvent(new CustomEvent("claims:moved"));
  }
  for (const box of form.querySelectorAll(".lever")) {
    say(box);
    slider(box).addEventListener("input", () => {
      field(box).value = (LEAST + (SPAN * Number(slider(box).value)) / STEPS).toFixed(3);
      say(box);
      announce();
    });
    slider(box).addEventListener("change", (event) => event.stopPropagation());
    box.querySelector(".back").addEventListener("click", () => {
      field(box).value = "";
      say(box);
      slider(box).focus();
      announce();
    });
  }
  document.getElementById("reset").addEventListener("click", () => {
    for (const box of form.querySelectorAll(".lever")) {
      field(box).value = "";
      say(box);
    }
    announce();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  function arrived() {
    const results = document.getElementById("results");
    if (!results) return;
    // an answer to an older request that came late: ask again
    const run = Number(results.dataset.run || newest);
    if (run < newest) return announce();
    newest = run;
    const scale = results.querySelector(".scale");
    const small = document.getElementById("small");
    if (scale && small) {
      const copy = scale.cloneNode(true);
      for (const label of copy.querySelectorAll("[data-short]")) label.textContent = label.dataset.short;
      small.replaceChildren(copy);
    }
    progress.textContent = results.dataset.words || "";
  }
  new MutationObserver(arrived).observe(document.getElementById("stand"), { childList: true });
})();
