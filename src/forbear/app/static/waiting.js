// While an answer is on its way: where nothing has come the server says where to ask again, and why there is nothing yet.
// Shared by the pages that wait for runs; requests are htmx's.
"use strict";
(() => {
  const progress = document.getElementById("progress");
  const bar = document.getElementById("bar");
  if (!progress) return;
  const PATIENCE = 5;
  let asked = 0;
  let failed = 0;
  let timer = null;

  function show(words, share) {
    if (words && progress.textContent !== words) progress.textContent = words;
    bar.hidden = share === null;
    if (share !== null) bar.value = Number(share);
  }
  function again(address, wait) {
    const mine = asked;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (mine === asked) htmx.ajax("GET", address, { target: "#stand", swap: "innerHTML" });
    }, wait);
  }
  // whatever a form asks for takes the place of what was waited for
  document.addEventListener("htmx:before:request", (event) => {
    const request = event.detail.ctx && event.detail.ctx.request;
    if (request && String(request.method).toUpperCase() === "POST") {
      asked += 1;
      clearTimeout(timer);
    }
  });
  document.addEventListener("htmx:after:request", (event) => {
    const answer = event.detail.ctx && event.detail.ctx.response;
    if (!answer || !answer.headers) return;
    failed = 0;
    const address = answer.headers.get("X-Forbear-Again");
    if (!address) return;
    const words = answer.headers.get("X-Forbear-Waits");
    show(words && words.replace("...", "…"), answer.headers.get("X-Forbear-Share"));
    again(address, 100);
  });
  new MutationObserver(() => { bar.hidden = true; }).observe(document.getElementById("stand"), { childList: true });
  // a server that is busy, or being started again, is asked again and again: what is on the page stays there
  document.addEventListener("htmx:error", (event) => {
    const request = event.detail.ctx && event.detail.ctx.request;
    const address = request && request.action;
    failed += 1;
    const wait = Math.min(1000 * failed, 8000);
    show(failed < PATIENCE ? "No answer yet: asking again…" : "No answer for a while: asking again. If the server was stopped, start it again; the address holds the state.", null);
    if (address && String(request.method).toUpperCase() === "GET") return again(address, wait);
    clearTimeout(timer);
    const form = document.querySelector("form[hx-post]");
    if (form) timer = setTimeout(() => form.dispatchEvent(new CustomEvent(form.dataset.again || "submit")), wait);
  });
})();
