const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Maps: one slider each, or one for all maps of a group.
function mapped(figure) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const about = (value) => "about " + Number(value.toPrecision(2)).toLocaleString("en");
  return (year) => {
    const values = data.values[year], output = figure.querySelector("output");
    figure.classList.toggle("uncounted", !values);
    output.textContent = values ? year : year + ": not counted";
    for (const shape of all(".district", figure)) {
      const at = data.districts.indexOf(shape.dataset.district), value = values ? values[at] : 0;
      const part = data.largest > 0 ? Math.log1p(value) / Math.log1p(data.largest) : 0;
      const k = value <= 0 ? 0 : Math.min(data.shades.length - 1, Math.max(0, Math.ceil(part * (data.shades.length - 1))));
      shape.setAttribute("fill", data.shades[k]);
      const band = values && data.low ? " (" + Number(data.low[year][at].toPrecision(2)).toLocaleString("en") + " to " + Number(data.high[year][at].toPrecision(2)).toLocaleString("en") + ")" : "";
      const words = shape.dataset.district + ": " + (values ? about(value) + band + " " + data.unit : "not counted in " + year);
      shape.querySelector("title").textContent = words;
    }
    return data;
  };
}
for (const figure of all("figure.map")) {
  const slider = figure.querySelector("input");
  if (!slider) continue;
  const show = mapped(figure);
  slider.addEventListener("input", () => {
    slider.setAttribute("aria-valuetext", slider.value);
    show(slider.value);
  });
}
for (const group of all(".maps.linked")) {
  const figures = all("figure.map", group);
  if (!figures.length) continue;
  const held = figures.map((f) => JSON.parse(f.querySelector("script[type='application/json']").textContent));
  const years = held.flatMap((d) => d.years), draw = figures.map(mapped);
  const box = document.createElement("p"), slider = document.createElement("input"), label = document.createElement("label");
  box.className = "common screen";
  Object.assign(slider, { type: "range", min: Math.min(...years), max: Math.max(...years), step: 1, id: "year-of-maps" });
  slider.value = held[0].shown;
  label.htmlFor = slider.id;
  const year = document.createElement("output");
  label.append("Year of all maps: ", year);
  const show = () => {
    year.textContent = slider.value;
    slider.setAttribute("aria-valuetext", slider.value);
    draw.forEach((one) => one(slider.value));
  };
  slider.addEventListener("input", show);
  box.append(label, slider);
  group.prepend(box);
  show();
}

// Values on hover and on focus: from the table behind a chart, or from the words of a mark.
const tip = document.getElementById("tip"), told = document.getElementById("told");
function say(words, x, y, aloud) {
  if (!tip) return;
  tip.textContent = words;
  tip.hidden = !words;
  if (words) {
    const wide = tip.offsetWidth, high = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(innerWidth - wide - 4, x + 14)) + "px";
    tip.style.top = (y + high + 18 > innerHeight ? Math.max(4, y - high - 10) : y + 14) + "px";
  }
  if (aloud) told.textContent = words;
}
const hush = () => {
  say("", 0, 0);
  all(".cursor").forEach((line) => line.remove());
  all(".facts .on").forEach((one) => one.classList.remove("on"));
};
function drawing(box) {
  return all("svg[data-at]", box).find((svg) => svg.getClientRects().length);
}
function rowWords(box, k) {
  const table = document.getElementById(box.dataset.values);
  const head = table && [...table.rows[0].cells], row = table && table.rows[k + 1];
  if (!row) return "";
  const unit = table.dataset.unit ? " (" + table.dataset.unit + ")" : "";
  return [...row.cells].map((c, i) => {
    const words = c.textContent.replace(/\s+/g, " ").trim();
    return !words ? "" : i === 0 ? words : head[i].textContent.trim() + " " + words;
  }).filter(Boolean).join("; ") + unit;
}
function point(box, k, x, y, aloud) {
  const svg = drawing(box), view = svg.viewBox.baseVal, at = svg.dataset.at.split(" ").map(Number);
  all(".cursor").forEach((line) => line.remove());
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const ends = svg.dataset.way === "x" ? [at[k], 0, at[k], view.height] : [0, at[k], view.width, at[k]];
  ["x1", "y1", "x2", "y2"].forEach((name, i) => line.setAttribute(name, ends[i]));
  line.setAttribute("class", "cursor");
  svg.append(line);
  if (aloud) box.dataset.k = k; // where the keyboard stands; the mouse does not move it
  say(rowWords(box, k), x, y, aloud);
}
document.addEventListener("pointermove", (event) => {
  const box = event.target.closest?.(".values"), one = event.target.closest?.("[data-words]");
  if (one) return say(one.dataset.words, event.clientX, event.clientY);
  const svg = box && drawing(box);
  if (!svg) return document.activeElement?.matches?.(".values,.steps,[data-words]") || hush();
  const frame = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
  const at = svg.dataset.at.split(" ").map(Number);
  const here = svg.dataset.way === "x" ? ((event.clientX - frame.left) / frame.width) * view.width : ((event.clientY - frame.top) / frame.height) * view.height;
  const k = at.reduce((best, value, i) => (Math.abs(value - here) < Math.abs(at[best] - here) ? i : best), 0);
  point(box, k, event.clientX, event.clientY);
});
document.addEventListener("focusin", (event) => {
  hush();
  if (!event.target.matches("[data-words]:focus-visible")) return;
  const frame = event.target.getBoundingClientRect();
  say(event.target.dataset.words, frame.left + 40, frame.bottom - 10);
});
document.addEventListener("focusout", hush);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hush();
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const box = event.target.closest?.(".values,.steps");
  if (!step || box !== event.target) return;
  const svg = box.matches(".values") && drawing(box), marks = all("[data-words]", box);
  const number = svg ? svg.dataset.at.split(" ").length : marks.length;
  if (!number) return;
  event.preventDefault();
  const k = box.dataset.k === undefined ? (step > 0 ? 0 : number - 1) : Math.max(0, Math.min(number - 1, Number(box.dataset.k) + step));
  if (svg) {
    const frame = svg.getBoundingClientRect(), view = svg.viewBox.baseVal, place = Number(svg.dataset.at.split(" ")[k]);
    const x = svg.dataset.way === "x" ? frame.left + (place / view.width) * frame.width : frame.left + 40;
    const y = svg.dataset.way === "x" ? frame.top + 10 : frame.top + (place / view.height) * frame.height;
    return point(box, k, x, y, true);
  }
  all(".on", box).forEach((one) => one.classList.remove("on"));
  marks[k].classList.add("on");
  box.dataset.k = k;
  const frame = marks[k].getBoundingClientRect();
  say(marks[k].dataset.words, frame.left, frame.bottom, true);
});

// What is folded opens for whoever is led to it, and for paper.
function reveal(target) {
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const own = target.matches("section.fold") && target.querySelector("details");
  if (own) own.open = true;
}
function led() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  reveal(target);
  target.scrollIntoView();
}
addEventListener("hashchange", led);
led();
const contents = document.querySelector(".contents details"), broad = matchMedia("(min-width:70rem)");
if (contents) {
  const fit = () => (contents.open = broad.matches);
  broad.addEventListener("change", fit);
  fit();
  const links = new Map(all(".contents a").map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      links.forEach((a) => a.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  all("main section[id]").filter((s) => links.has(s.id)).forEach((s) => seen.observe(s));
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = all(".more-front,.banner details,.fold>details").filter((d) => !d.open);
  folded.forEach((d) => (d.open = true));
});
addEventListener("afterprint", () => folded.forEach((d) => (d.open = false)));

// Downloads.
const cell = (words) => (/[",\n]/.test(words) ? '"' + words.replaceAll('"', '""') + '"' : words);
function csv(table) {
  const unit = table.dataset.unit;
  return [...table.rows].map((row, k) => {
    const cells = [...row.cells].map((c) => cell(c.textContent.replace(/\s+/g, " ").trim()));
    if (unit) cells.push(cell(k ? unit : "unit"));
    return cells.join(",");
  }).join("\r\n") + "\r\n";
}
function keep(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
const save = (name, kind, words) => keep(name, new Blob([words], { type: kind + ";charset=utf-8" }));
// A drawing as a file of its own: the colours that the page gives it are written out.
function alone(svg) {
  const copy = svg.cloneNode(true), styles = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "font-size", "font-family", "font-weight"];
  const from = all("*", svg), to = all("*", copy);
  from.forEach((one, k) => {
    const found = getComputedStyle(one);
    to[k].setAttribute("style", styles.map((s) => s + ":" + found.getPropertyValue(s)).join(";"));
  });
  all(".cursor", copy).forEach((line) => line.remove());
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.style.background = getComputedStyle(document.body).backgroundColor;
  return new XMLSerializer().serializeToString(copy);
}
function shared(kind) {
  const source = document.getElementById("share"), words = source.textContent, name = source.dataset.name;
  if (kind === "svg") return save(name + ".svg", "image/svg+xml", words);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => keep(name + ".png", blob), "image/png");
  };
  const held = "data:image/svg+xml;charset=utf-8,";
  image.src = held + encodeURIComponent(words);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-take]"), picture = event.target.closest("[data-picture]");
  if (link) {
    event.preventDefault();
    const source = document.getElementById(link.dataset.take);
    if (source.tagName === "TABLE") save(source.dataset.csv + ".csv", "text/csv", csv(source));
    else save(link.dataset.name, "text/plain", source.textContent.trim() + "\n");
  }
  if (picture) {
    event.preventDefault();
    const figure = document.getElementById("f-" + picture.dataset.picture);
    save(picture.dataset.picture + ".svg", "image/svg+xml", alone(all("svg.chart", figure).find((s) => s.getClientRects().length)));
  }
  const fold = event.target.closest("[data-fold]"), share = event.target.closest("[data-share]");
  if (fold) all(".fold>details").forEach((d) => (d.open = fold.dataset.fold === "open"));
  if (share) shared(share.dataset.share);
  const within = event.target.closest("a[href^='#']");
  if (within && !link && !picture && within.hash === location.hash) led();
  if (event.target.closest("[data-print]")) {
    document.body.classList.add("front-only");
    window.print();
    document.body.classList.remove("front-only");
  }
});
