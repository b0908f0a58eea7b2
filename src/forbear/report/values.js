// Values of charts and maps on hover, on a touch and on focus: from the table behind a chart, or from the words of a mark.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tip = document.getElementById("tip"), told = document.getElementById("told");
  if (!tip) return;

  // Drawings that give their values themselves show no second tip of the browser's own over it.
  function quiet(svg) {
    const title = svg.querySelector(":scope > title");
    if (!title) return;
    const words = svg.querySelector(":scope > desc");
    svg.setAttribute("aria-label", title.textContent);
    svg.removeAttribute("aria-labelledby");
    if (words && words.id) svg.setAttribute("aria-describedby", words.id);
    all("title", svg).forEach((one) => one.remove());
  }
  // Maps: every district gives its words, and keys lead from one to the next.
  function mapped(svg) {
    if (svg.closest(".steps") || !svg.querySelector(".district > title")) return;
    const box = document.createElement("div");
    box.className = "steps";
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", svg.querySelector("title").textContent + ": arrow keys name each district");
    all(".district", svg).forEach((shape) => (shape.dataset.words ||= shape.querySelector("title").textContent));
    quiet(svg);
    svg.replaceWith(box);
    box.append(svg);
  }
  function prepare() {
    all("svg").forEach(mapped);
    all(".values svg").forEach(quiet);
  }
  prepare();
  const stand = document.getElementById("stand"); // where a page of the laboratory puts what it has simulated
  if (stand) new MutationObserver(prepare).observe(stand, { childList: true });

  function say(words, x, y, aloud) {
    tip.textContent = words;
    tip.hidden = !words;
    if (words) {
      const wide = tip.offsetWidth, high = tip.offsetHeight;
      tip.style.left = Math.max(4, Math.min(innerWidth - wide - 4, x + 14)) + "px";
      tip.style.top = (y + high + 18 > innerHeight ? Math.max(4, y - high - 10) : y + 14) + "px";
    }
    if (aloud) told.textContent = words;
  }
  function hush() {
    say("", 0, 0);
    all("svg .cursor").forEach((line) => line.remove());
    all(".steps .on").forEach((one) => one.classList.remove("on"));
  }
  const drawing = (box) => all("svg[data-at]", box).find((svg) => svg.getClientRects().length);
  const places = (svg) => svg.dataset.at.split(" ").map((words) => words.split(",").map(Number));
  function rowWords(box, k) {
    const table = document.getElementById(box.dataset.values);
    const head = table && [...table.rows[0].cells], row = table && table.rows[k + 1];
    if (!row) return "";
    const unit = table.dataset.unit ? " (" + table.dataset.unit + ")" : "";
    return [...row.cells].map((c, i) => {
      const words = c.textContent.replace(/\s+/g, " ").trim(), name = head[i].textContent.trim();
      if (!words) return "";
      return i === 0 ? (/^(from|no\.)$/.test(name) ? name + " " : "") + words : name + " " + words;
    }).filter(Boolean).join("; ") + unit;
  }
  function cursor(svg, [x, y]) {
    const view = svg.viewBox.baseVal, way = svg.dataset.way;
    const [name, lines] = way === "spot" ? ["circle", { cx: x, cy: y, r: 11, fill: "none" }] :
      ["line", way === "x" ? { x1: x, y1: 0, x2: x, y2: view.height } : { x1: 0, y1: x, x2: view.width, y2: x }];
    const mark = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(lines).forEach(([key, value]) => mark.setAttribute(key, value));
    mark.setAttribute("class", "cursor");
    svg.append(mark);
  }
  function point(box, k, x, y, aloud) {
    const svg = drawing(box);
    all("svg .cursor").forEach((line) => line.remove());
    cursor(svg, places(svg)[k]);
    if (aloud) box.dataset.k = k; // where the keyboard stands; the mouse does not move it
    say(rowWords(box, k), x, y, aloud);
  }
  function near(svg, event) {
    const frame = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const x = ((event.clientX - frame.left) / frame.width) * view.width;
    const y = ((event.clientY - frame.top) / frame.height) * view.height;
    const away = { x: ([at]) => Math.abs(at - x), y: ([at]) => Math.abs(at - y), spot: ([a, b]) => Math.hypot(a - x, b - y) }[svg.dataset.way];
    const at = places(svg).map(away);
    return at.indexOf(Math.min(...at));
  }
  function moved(event) {
    const box = event.target.closest?.(".values"), one = event.target.closest?.("[data-words]");
    if (one) return say(one.dataset.words, event.clientX, event.clientY);
    const svg = box && drawing(box);
    if (!svg) return document.activeElement?.matches?.(".values,.steps,[data-words]") || hush();
    point(box, near(svg, event), event.clientX, event.clientY);
  }
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerdown", moved);
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches(":focus-visible")) return;
    hush();
    if (!event.target.matches("[data-words]")) return;
    const frame = event.target.getBoundingClientRect();
    say(event.target.dataset.words, frame.left + 40, frame.bottom - 10);
  });
  document.addEventListener("focusout", hush);
  addEventListener("scroll", () => document.activeElement?.matches?.(".values,.steps,[data-words]") || hush(), { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hush();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e6, End: 1e6 }[event.key];
    const box = event.target.closest?.(".values,.steps");
    if (!step || box !== event.target) return;
    const svg = box.matches(".values") && drawing(box), marks = svg ? [] : all("[data-words]", box);
    const number = svg ? places(svg).length : marks.length;
    if (!number) return;
    event.preventDefault();
    const from = box.dataset.k === undefined ? (step > 0 ? -1 : number) : Number(box.dataset.k);
    const k = Math.max(0, Math.min(number - 1, from + step));
    if (svg) {
      const frame = svg.getBoundingClientRect(), view = svg.viewBox.baseVal, way = svg.dataset.way, at = places(svg)[k];
      const x = way === "y" ? frame.left + 40 : frame.left + (at[0] / view.width) * frame.width;
      const y = way === "x" ? frame.top + 10 : frame.top + ((way === "y" ? at[0] : at[1]) / view.height) * frame.height;
      return point(box, k, x, y, true);
    }
    all(".on", box).forEach((one) => one.classList.remove("on"));
    marks[k].classList.add("on");
    box.dataset.k = k;
    const frame = marks[k].getBoundingClientRect();
    say(marks[k].dataset.words, frame.left, frame.bottom, true);
  });
})();
