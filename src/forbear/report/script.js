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
      shape.dataset.words = words;
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
    const cells = [...row.cells].map((c) => cell(c.textContent.replace(/\s+/g, " ").replace(/\u2212(?=\d)/g, "-").trim()));
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
  const source = document.getElementById("share"), name = source.dataset.name;
  const day = new Date().toISOString().slice(0, 10);
  const words = source.textContent.replace(/<\/text><\/svg>\s*$/, ", saved " + day + "</text></svg>");
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
