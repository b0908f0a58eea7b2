for (const figure of document.querySelectorAll("figure.map")) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const slider = figure.querySelector("input"), output = figure.querySelector("output");
  const about = (value) => "about " + Number(value.toPrecision(2)).toLocaleString("en");
  const show = () => {
    output.textContent = slider.value;
    slider.setAttribute("aria-valuetext", slider.value);
    const values = data.values[slider.value];
    for (const shape of figure.querySelectorAll(".district")) {
      const at = data.districts.indexOf(shape.dataset.district), value = values[at];
      const part = data.largest > 0 ? Math.log1p(value) / Math.log1p(data.largest) : 0;
      const k = value <= 0 ? 0 : Math.min(data.shades.length - 1, Math.max(0, Math.ceil(part * (data.shades.length - 1))));
      shape.setAttribute("fill", data.shades[k]);
      const band = data.low ? " (" + Number(data.low[slider.value][at].toPrecision(2)).toLocaleString("en") + " to " + Number(data.high[slider.value][at].toPrecision(2)).toLocaleString("en") + ")" : "";
      shape.querySelector("title").textContent = shape.dataset.district + ": " + about(value) + band + " " + data.unit;
    }
  };
  slider.addEventListener("input", show);
}
const cell = (words) => (/[",\n]/.test(words) ? '"' + words.replaceAll('"', '""') + '"' : words);
function csv(table) {
  const unit = table.dataset.unit;
  return [...table.rows].map((row, k) => {
    const cells = [...row.cells].map((c) => cell(c.textContent.replace(/\s+/g, " ").trim()));
    if (unit) cells.push(cell(k ? unit : "unit"));
    return cells.join(",");
  }).join("\r\n") + "\r\n";
}
function save(name, kind, words) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([words], { type: kind + ";charset=utf-8" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-take]");
  if (link) {
    event.preventDefault();
    const source = document.getElementById(link.dataset.take);
    if (source.tagName === "TABLE") save(source.dataset.csv + ".csv", "text/csv", csv(source));
    else save(link.dataset.name, "text/plain", source.textContent.trim() + "\n");
  }
  if (event.target.closest("[data-print]")) {
    document.body.classList.add("front-only");
    window.print();
    document.body.classList.remove("front-only");
  }
});
