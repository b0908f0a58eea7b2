// The laboratory page: sliders to hidden fields, words about progress, the map's year. Requests are htmx's.
"use strict";
(() => {
  const form = document.getElementById("levers");
  const progress = document.getElementById("progress");
  const said = document.getElementById("said");
  let year = null;
  let newest = 0;

  const shown = (value, how, unit) => {
    const number = Number(value);
    if (how === "switch") return number ? "yes" : "no";
    if (how === "scale") return "×" + number.toFixed(2);
    return number.toFixed(2) + (unit ? " " + unit : "");
  };
  const field = (box) => box.querySelector("input[type=hidden]");
  const slider = (box) => box.querySelector("input[type=range], input[type=checkbox]");
  const valueOf = (input) => (input.type === "checkbox" ? Number(input.checked) : input.value);

  function say(box) {
    const input = slider(box);
    const moved = field(box).value !== "";
    const drawn = field(box).value.includes(":");
    const words = drawn ? "as drawn" : moved ? shown(valueOf(input), box.dataset.how, box.dataset.unit) : "as planned";
    box.querySelector("output").textContent = words;
    if (input.type === "range") input.setAttribute("aria-valuetext", words);
    box.classList.toggle("moved", moved);
    box.querySelector(".back").disabled = !moved;
  }
  const announce = () => form.dispatchEvent(new CustomEvent("levers:moved"));

  function move(box) {
    const input = slider(box);
    field(box).value = (box.dataset.how === "scale" ? "*" : "") + valueOf(input);
    say(box);
    waiting();
    announce();
  }
  function back(box) {
    const input = slider(box);
    field(box).value = "";
    if (input.type === "checkbox") input.checked = Number(box.dataset.rest) === 1;
    else input.value = box.dataset.rest;
    say(box);
  }
  function waiting() {
    progress.textContent = "Simulating…";
    document.getElementById("results").setAttribute("aria-busy", "true");
  }

  // a schedule was drawn, or taken back
  document.addEventListener("levers:drawn", (event) => {
    const box = event.detail.box;
    if (event.detail.path) {
      field(box).value = event.detail.path;
      say(box);
    } else back(box);
    waiting();
    announce();
  });
  for (const box of form.querySelectorAll(".lever")) {
    say(box);
    const input = slider(box);
    input.addEventListener("input", () => move(box));
    input.addEventListener("change", (event) => event.stopPropagation());
    box.querySelector(".back").addEventListener("click", () => {
      back(box);
      input.focus();
      waiting();
      announce();
    });
  }
  document.getElementById("reset").addEventListener("click", () => {
    form.querySelectorAll(".lever").forEach(back);
    waiting();
    announce();
  });
  // a question is a whole state: the strategy and the levers that it sets, all others back
  const strategy = document.getElementById("strategy");
  for (const chip of document.querySelectorAll(".chip")) {
    chip.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      form.querySelectorAll(".lever").forEach(back);
      form.querySelectorAll(".other input").forEach((input) => { input.value = ""; });
      document.getElementById("from").value = "";
      strategy.value = chip.dataset.strategy;
      const levers = JSON.parse(chip.dataset.levers);
      for (const key in levers) {
        const box = form.querySelector('input[type=hidden][name="' + key + '"]').closest(".lever");
        field(box).value = levers[key];
        const input = slider(box);
        if (input.type === "checkbox") input.checked = Number(levers[key]) === 1;
        else input.value = levers[key].replace("*", "");
        say(box);
      }
      mark(chip.dataset.question);
      waiting();
      announce();
    });
  }
  function mark(question) {
    for (const chip of document.querySelectorAll(".chip")) {
      if (chip.dataset.question === question) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
  }

  // a plan is pinned as A: what follows is compared with it
  const against = document.getElementById("against");
  const pinned = document.getElementById("pinned");
  document.getElementById("pin").addEventListener("click", () => {
    const results = document.getElementById("results");
    if (!results.dataset.query) return;
    against.value = results.dataset.query;
    document.getElementById("pinned-words").textContent = planWords();
    pinned.hidden = false;
    waiting();
    announce();
  });
  document.getElementById("unpin").addEventListener("click", () => {
    against.value = "";
    pinned.hidden = true;
    document.getElementById("pin").focus();
    waiting();
    announce();
  });
  function planWords() {
    const words = [strategy.selectedOptions[0].textContent];
    for (const box of form.querySelectorAll(".lever.moved")) {
      words.push(box.querySelector("label").textContent.toLowerCase() + " " + box.querySelector("output").textContent);
    }
    return words.join(", ");
  }

  document.getElementById("share").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = "The address is copied: it holds the whole state.";
    } catch {
      said.textContent = "Copy it from the address bar: it holds the whole state.";
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-reload]").addEventListener("change", (event) => {
    event.stopPropagation();
    location.assign("/?scenario=" + encodeURIComponent(event.target.value));
  });
  form.addEventListener("change", () => {
    const wrong = form.querySelector("input:invalid");
    if (!wrong) return waiting();
    progress.textContent = "Not sent: " + wrong.labels[0].textContent.toLowerCase() + " is " + (wrong.title || "not as it must be") + ".";
  });

  // the map's year stays where it was put while charts are drawn again
  function shade(map) {
    const data = JSON.parse(map.querySelector("script").textContent);
    const input = map.querySelector("input[type=range]");
    map.querySelector("output").textContent = input.value;
    for (const shape of map.querySelectorAll("path[data-district]")) {
      const value = data.values[input.value][data.districts.indexOf(shape.dataset.district)];
      const part = value > 0 ? Math.log1p(value) / Math.log1p(data.largest) : 0;
      const place = value > 0 ? Math.ceil(part * (data.shades.length - 1)) : 0;
      shape.setAttribute("fill", data.shades[Math.min(data.shades.length - 1, place)]);
      shape.querySelector("title").textContent = shape.dataset.district + ": about " + Number(value.toPrecision(2)) + " " + data.unit;
    }
  }
  document.addEventListener("input", (event) => {
    const map = event.target.closest && event.target.closest("figure.map");
    if (!map) return;
    year = event.target.value;
    shade(map);
  });

  function arrived() {
    const results = document.getElementById("results");
    if (!results) return;
    // an answer to an older request that came late: ask again
    const run = Number(results.dataset.run || newest);
    if (run < newest) return announce();
    newest = run;
    const sentence = results.querySelector("template.new-sentence");
    if (sentence) document.getElementById("sentence").textContent = sentence.content.textContent;
    const small = results.querySelector("template.new-small");
    if (small) document.getElementById("small").replaceChildren(small.content.cloneNode(true));
    if (results.dataset.question !== undefined) mark(results.dataset.question);
    // what was refused stays said until it is mended, whatever arrives meanwhile
    if (!form.querySelector("input:invalid")) progress.textContent = results.dataset.words || "";
    if (results.dataset.query) document.getElementById("save").href = "/scenario.toml?" + results.dataset.query;
    const map = results.querySelector("figure.map");
    if (map && map.querySelector("input") && year !== null) {
      map.querySelector("input").value = year;
      shade(map);
    }
  }
  new MutationObserver(arrived).observe(document.getElementById("stand"), { childList: true });
})();
