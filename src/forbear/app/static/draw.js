// Drawing a schedule: points in a chart, the same points in a table. What is used goes into the lever's hidden field.
"use strict";
(() => {
  const dialog = document.getElementById("drawing");
  const chart = document.getElementById("drawing-chart");
  const rows = dialog.querySelector("tbody");
  const said = document.getElementById("drawing-said");
  const data = JSON.parse(document.getElementById("drawing-data").textContent);
  const NS = "http://www.w3.org/2000/svg";
  const LEFT = 78, RIGHT = 705, TOP = 12, BOTTOM = 286, MOST = 60;
  let box = null, lever = null, points = [];

  const last = data.months.length - 1;
  const x = (place) => LEFT + ((RIGHT - LEFT) * place) / Math.max(last, 1);
  const y = (value) => BOTTOM - ((BOTTOM - TOP) * value) / lever.most;
  const short = (value) => Number(Number(value).toPrecision(3));
  const made = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const sort = () => points.sort((a, b) => a[0] - b[0]);

  // the path the points make, one value a month
  function path() {
    return data.months.map((_, place) => {
      const after = points.findIndex((point) => point[0] >= place);
      if (after === -1) return points[points.length - 1][1];
      if (after === 0) return points[0][1];
      const [a, b] = [points[after - 1], points[after]];
      return a[1] + ((b[1] - a[1]) * (place - a[0])) / (b[0] - a[0]);
    });
  }
  const line = (values) => values.map((value, place) => (place ? "L" : "M") + x(place).toFixed(1) + " " + y(Math.min(value, lever.most)).toFixed(1)).join("");

  // marks of the axis stand at round numbers: 1, 2 or 5 with noughts
  function ticks(most) {
    const rough = most / 5;
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough * 0.999);
    const out = [];
    for (let k = 0; k * step <= most * 1.0001; k++) out.push(k * step);
    return out;
  }
  function draw() {
    chart.replaceChildren();
    for (const value of ticks(lever.most)) {
      chart.append(made("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(value), y2: y(value) }));
      chart.append(made("text", { class: "tick", x: LEFT - 6, y: y(value) + 5, "text-anchor": "end" }, short(value).toLocaleString("en")));
    }
    data.months.forEach((month, place) => {
      if (month.endsWith("-01")) {
        chart.append(made("line", { class: "grid", x1: x(place), x2: x(place), y1: TOP, y2: BOTTOM }));
        if (last < 150 || Number(month.slice(0, 4)) % 4 === 0) chart.append(made("text", { class: "tick", x: x(place), y: BOTTOM + 18, "text-anchor": x(place) > RIGHT - 20 ? "end" : "middle" }, month.slice(0, 4)));
      }
    });
    chart.append(made("path", { class: "line unchanged", d: line(lever.path) }));
    if (points.length) chart.append(made("path", { class: "line simulated", d: line(path()) }));
    points.forEach((point, place) => {
      chart.append(made("circle", { class: "handle", cx: x(point[0]), cy: y(point[1]), r: 8, "data-place": place }));
    });
  }
  function table() {
    rows.replaceChildren();
    points.forEach((point, place) => {
      const row = document.createElement("tr");
      const month = document.createElement("select");
      month.setAttribute("aria-label", "month of point " + (place + 1));
      data.months.forEach((name, k) => month.append(new Option(name, k, false, k === point[0])));
      const value = document.createElement("input");
      value.type = "number";
      value.min = 0;
      value.max = lever.most;
      value.step = "any";
      value.value = short(point[1]);
      value.setAttribute("aria-label", "value of point " + (place + 1));
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "Remove";
      remove.setAttribute("aria-label", "remove point " + (place + 1));
      month.addEventListener("change", () => {
        const to = Number(month.value);
        if (points.some((other) => other !== point && other[0] === to)) {
          said.textContent = "There is a point in " + data.months[to] + " already.";
          month.value = point[0];
          return;
        }
        point[0] = to;
        sort();
        show();
      });
      value.addEventListener("change", () => {
        const number = Number(value.value);
        if (!Number.isFinite(number) || value.value === "" || number < 0 || number > lever.most) {
          said.textContent = "A value from 0 to " + short(lever.most).toLocaleString("en") + ".";
          value.value = short(point[1]);
          return;
        }
        point[1] = number;
        said.textContent = "";
        draw();
      });
      remove.addEventListener("click", () => {
        points = points.filter((other) => other !== point);
        show();
        document.getElementById("drawing-add").focus();
      });
      for (const cell of [month, value, remove]) {
        const td = document.createElement("td");
        td.append(cell);
        row.append(td);
      }
      rows.append(row);
    });
  }
  function show() {
    said.textContent = "";
    draw();
    table();
  }
  function put(place, value) {
    const at = Math.min(Math.max(Math.round(place), 0), last);
    const held = Math.min(Math.max(value, 0), lever.most);
    const there = points.find((point) => point[0] === at);
    if (there) there[1] = held;
    else if (points.length < MOST) points.push([at, held]);
    else said.textContent = "At most " + MOST + " points.";
    sort();
    return points.find((point) => point[0] === at);
  }
  function where(event) {
    const frame = chart.getBoundingClientRect();
    const across = ((event.clientX - frame.left) / frame.width) * 720;
    const down = ((event.clientY - frame.top) / frame.height) * 320;
    return [((across - LEFT) / (RIGHT - LEFT)) * last, ((BOTTOM - down) / (BOTTOM - TOP)) * lever.most];
  }
  let held = null;
  chart.addEventListener("pointerdown", (event) => {
    const place = event.target.dataset && event.target.dataset.place;
    held = place !== undefined ? points[Number(place)] : put(...where(event));
    if (held) chart.setPointerCapture(event.pointerId);
    event.preventDefault();
    show();
  });
  chart.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [place, value] = where(event);
    const at = Math.min(Math.max(Math.round(place), 0), last);
    if (!points.some((other) => other !== held && other[0] === at)) held[0] = at;
    held[1] = Math.min(Math.max(value, 0), lever.most);
    sort();
    draw();
  });
  chart.addEventListener("pointerup", () => {
    held = null;
    show();
  });

  document.getElementById("levers").addEventListener("click", (event) => {
    const button = event.target.closest(".draw");
    if (!button) return;
    box = button.closest(".lever");
    lever = data.levers[button.dataset.lever];
    document.getElementById("drawing-title").textContent = "Draw a schedule: " + lever.label;
    const unit = ["-", "index", "share", "ratio"].includes(lever.unit) ? "" : ", " + lever.unit;
    document.getElementById("drawing-unit").textContent = unit;
    const sent = box.querySelector("input[type=hidden]").value;
    points = sent.includes(":")
      ? sent.split(",").map((piece) => [data.months.indexOf(piece.split(":")[0]), Number(piece.split(":")[1])]).filter((point) => point[0] >= 0)
      : [];
    show();
    dialog.showModal();
    if (!points.length) begin(button.dataset.lever);
  });
  // a drawing begins with the plan in force: strategy, sliders and all
  async function begin(key) {
    const state = new URLSearchParams(new FormData(document.getElementById("levers")));
    state.delete("token");
    state.delete("page");
    state.set("lever", key);
    const mine = lever;
    said.textContent = "Looking up the plan in force…";
    let plan = { points: [[0, lever.path[0]]], off: null };
    try {
      const answer = await fetch("/plan?" + state, { headers: { accept: "application/json" } });
      if (answer.ok) plan = await answer.json();
    } catch {
      // said below
    }
    if (lever !== mine || points.length) return;
    points = plan.points.map((point) => [point[0], point[1]]);
    show();
    if (plan.off === null) said.textContent = "The plan in force could not be looked up: the drawing begins with the first value of the unchanged plan.";
    else if (plan.off > 0.011) said.textContent = "The points follow the plan in force to within " + Math.ceil(100 * plan.off) + " % of its largest value.";
  }
  document.getElementById("drawing-add").addEventListener("click", () => {
    const places = points.map((point) => point[0]);
    let free = places.length ? Math.min(Math.max(...places) + 12, last) : 0;
    while (places.includes(free) && free > 0) free--;
    if (!places.includes(free)) put(free, lever.path[free]);
    show();
    const selects = rows.querySelectorAll("select");
    if (selects.length) selects[selects.length - 1].focus();
  });
  const send = (text) => {
    document.dispatchEvent(new CustomEvent("levers:drawn", { detail: { box, path: text } }));
    dialog.close();
  };
  document.getElementById("drawing-use").addEventListener("click", () => {
    send(points.map((point) => data.months[point[0]] + ":" + Number(point[1].toPrecision(6))).join(","));
  });
  document.getElementById("drawing-plan").addEventListener("click", () => send(""));
  document.getElementById("drawing-close").addEventListener("click", () => dialog.close());
})();
