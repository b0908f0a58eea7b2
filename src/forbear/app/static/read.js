// Values of a chart where the pointer is, or at the month that keys have come to; what was open stays open.
"use strict";
(() => {
  const stand = document.getElementById("stand");
  if (!stand) return;
  const NS = "http://www.w3.org/2000/svg";
  const WIDTH = 720, LEFT = 74, RIGHT = 706, TOP = 14, BOTTOM = 286;
  const places = {};
  let focused = "", open = false;

  function read(figure, place) {
    const data = JSON.parse(figure.dataset.values);
    const at = Math.min(Math.max(place, 0), data.x.length - 1);
    places[figure.dataset.name] = at;
    const x = LEFT + ((data.x[at] - data.left) / (data.right - data.left)) * (RIGHT - LEFT);
    const svg = figure.querySelector(".plot svg");
    let line = svg.querySelector(".cursor");
    if (!line) {
      line = document.createElementNS(NS, "line");
      line.setAttribute("class", "cursor");
      line.setAttribute("y1", TOP);
      line.setAttribute("y2", BOTTOM);
      svg.append(line);
    }
    line.setAttribute("x1", x.toFixed(1));
    line.setAttribute("x2", x.toFixed(1));
    const words = data.columns.filter((column) => column[1][at] !== "").map((column) => column[0] + " " + column[1][at]);
    figure.querySelector(".readout").textContent = data.months[at] + ": " + words.join("; ");
  }
  function place(figure, event) {
    const data = JSON.parse(figure.dataset.values);
    const frame = figure.querySelector(".plot svg").getBoundingClientRect();
    const across = ((event.clientX - frame.left) / frame.width) * WIDTH;
    const year = data.left + ((across - LEFT) / (RIGHT - LEFT)) * (data.right - data.left);
    let best = 0;
    data.x.forEach((x, k) => { if (Math.abs(x - year) < Math.abs(data.x[best] - year)) best = k; });
    return best;
  }
  const nameOf = (figure) => figure.dataset.name;
  for (const kind of ["pointermove", "pointerdown"]) {
    stand.addEventListener(kind, (event) => {
      const plot = event.target.closest(".plot");
      if (plot) read(plot.closest("figure"), place(plot.closest("figure"), event));
    });
  }
  stand.addEventListener("keydown", (event) => {
    const plot = event.target.closest(".plot");
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -1e6, End: 1e6 }[event.key];
    if (!plot || step === undefined) return;
    event.preventDefault();
    const figure = plot.closest("figure");
    read(figure, (places[nameOf(figure)] ?? 0) + step);
  });
  document.addEventListener("focusin", (event) => {
    const plot = event.target.closest(".plot");
    focused = plot ? nameOf(plot.closest("figure")) : "";
    if (plot && places[focused] === undefined) read(plot.closest("figure"), 0);
  });
  stand.addEventListener("toggle", (event) => {
    if (event.target.matches("section > details")) open = event.target.open;
  }, true);
  new MutationObserver(() => {
    const table = stand.querySelector("section > details");
    if (table && open) table.open = true;
    for (const figure of stand.querySelectorAll("figure.fan")) {
      if (places[nameOf(figure)] !== undefined) read(figure, places[nameOf(figure)]);
      if (nameOf(figure) === focused && document.activeElement === document.body) figure.querySelector(".plot").focus();
    }
  }).observe(stand, { childList: true });
})();
