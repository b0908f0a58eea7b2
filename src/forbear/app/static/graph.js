// The graph of causes on a narrow screen: what is chosen is scrolled into sight, sideways and within its box alone.
"use strict";
(() => {
  const box = document.querySelector(".graph-box");
  const chosen = box && [...box.querySelectorAll(".arrow.on, rect.room.on")];
  if (!chosen || !chosen.length || box.scrollWidth <= box.clientWidth) return;
  const frames = chosen.map((one) => one.getBoundingClientRect());
  const left = Math.min(...frames.map((frame) => frame.left)), right = Math.max(...frames.map((frame) => frame.right));
  const frame = box.getBoundingClientRect();
  box.scrollLeft += (left + right) / 2 - (frame.left + frame.right) / 2;
})();
