// The umpire's timer, second by second. Without scripts the page says the same, rounded, and looks again by itself.
"use strict";
for (const place of document.querySelectorAll("[data-left]")) {
  const end = performance.now() + 1000 * Number(place.dataset.left);
  const tell = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    place.textContent = left
      ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left for this turn`
      : "The time of this turn is over.";
    if (!left) clearInterval(ticks);
  };
  const ticks = setInterval(tell, 1000);
  tell();
}
