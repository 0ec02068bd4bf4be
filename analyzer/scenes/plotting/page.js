"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const weights = Uint8Array.from(atob(data.weights), (letter) => letter.charCodeAt(0));
const [chart, line, band, readout] = ["chart", "line", "band", "readout"].map((id) => document.getElementById(id));
const shownAtOnce = 8;
let look = 0;

function clock(seconds) {
  const whole = Math.floor(seconds);
  const pad = (number) => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

function place(seconds) {
  return 100 * (data.left + (data.right - data.left) * seconds / data.seconds);
}

function element(name, text, style = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.assign(made.style, style);
  return made;
}

function row(index) {
  const share = weights[look * data.labels.length + index] / 255;
  const made = document.createElement("div");
  made.append(element("u", "", { width: `${100 * share}%`, background: data.colours[index] }));
  made.append(element("span", data.labels[index]), element("em", `${Math.round(100 * share)} %`));
  return made;
}

function show(number) {
  if (!data.looks) return;
  look = Math.min(data.looks - 1, Math.max(0, number));
  const middle = (look + 0.5) * data.seconds / data.looks;
  const at = (index) => weights[look * data.labels.length + index];
  const strongest = data.labels.map((_, index) => index).sort((a, b) => at(b) - at(a)).slice(0, shownAtOnce);
  readout.replaceChildren(element("b", clock(look * data.seconds / data.looks)), ...strongest.map(row));
  line.style.left = `${place(middle)}%`;
  const left = place(middle) < 50;
  Object.assign(readout.style, {
    left: left ? `calc(${place(middle)}% + 14px)` : "auto",
    right: left ? "auto" : `calc(${100 - place(middle)}% + 14px)`,
  });
  line.hidden = readout.hidden = false;
}

function hide() {
  line.hidden = readout.hidden = true;
}

chart.addEventListener("pointermove", (event) => {
  const box = chart.getBoundingClientRect();
  const share = ((event.clientX - box.left) / box.width - data.left) / (data.right - data.left);
  if (share < 0 || share > 1) hide();
  else show(Math.floor(share * data.looks));
});
chart.addEventListener("pointerleave", hide);
chart.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
  if (!step) return;
  event.preventDefault();
  show(look + step);
});

for (const scene of document.querySelectorAll("tbody tr")) {
  const mark = () => {
    const [start, end] = [place(scene.dataset.start), place(scene.dataset.end)];
    Object.assign(band.style, { left: `${start}%`, width: `max(2px, ${end - start}%)` });
    band.hidden = false;
  };
  scene.addEventListener("pointerenter", mark);
  scene.addEventListener("focus", mark);
  scene.addEventListener("pointerleave", () => { band.hidden = true; });
  scene.addEventListener("blur", () => { band.hidden = true; });
}
