// A sweep of one lever: asked for with the state of the form, drawn value by value as they come.
"use strict";
(() => {
  const form = document.getElementById("levers");
  const place = document.getElementById("sweep");
  if (!form || !place) return;
  let asked = 0;

  const say = (words) => {
    place.hidden = false;
    if (!place.querySelector("[data-stage]")) {
      const line = document.createElement("p");
      line.setAttribute("role", "status");
      line.textContent = words;
      place.replaceChildren(line);
    }
  };
  async function follow(answer, mine) {
    while (mine === asked) {
      const again = answer.headers.get("X-Forbear-Again");
      let next = again;
      if (answer.status === 200 || answer.status === 422 || answer.status === 429) {
        const text = await answer.text();
        if (mine !== asked) return;
        const first = !place.querySelector("[data-stage]");
        const parsed = new DOMParser().parseFromString(text, "text/html");
        place.replaceChildren(...parsed.body.childNodes);
        place.hidden = false;
        const stage = place.querySelector("[data-stage]");
        if (first && stage) document.getElementById("sweep-title").focus({ preventScroll: false });
        next = stage && stage.dataset.again;
      } else say((answer.headers.get("X-Forbear-Waits") || "Simulating…").replace("...", "…"));
      if (!next) return;
      try {
        answer = await fetch(next);
      } catch {
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  }
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button.sweep");
    if (!button) return;
    const mine = ++asked;
    place.replaceChildren();
    say("Simulating…");
    place.scrollIntoView({ block: "nearest" });
    const body = new URLSearchParams(new FormData(form));
    body.set("sweep", button.dataset.lever);
    try {
      await follow(await fetch("/sweep", { method: "POST", body }), mine);
    } catch {
      if (mine === asked) say("No answer: ask for the sweep again.");
    }
  });
  place.addEventListener("click", (event) => {
    if (!event.target.closest(".close-sweep")) return;
    asked += 1;
    place.hidden = true;
    place.replaceChildren();
  });
})();
