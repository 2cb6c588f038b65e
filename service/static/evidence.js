// @ts-check
/**
 * Draws the plots that the page holds as a specification, and asks for the page anew when a value
 * is changed. Everything else is in the HTML.
 */
import { View, parse, compile, expressionInterpreter } from "./plots/plots.js";

/** @type {View | undefined} the plots as they are drawn */
let view;

/** Draw the specification of the page as SVG, without evaluating any text as code. */
async function draw() {
  const holder = document.getElementById("specification");
  const place = document.getElementById("plots");
  if (!holder || !place || !holder.textContent) return;
  const specification = JSON.parse(holder.textContent);
  const runtime = parse(compile(specification).spec, undefined, { ast: true });
  view?.finalize();
  view = new View(runtime, { expr: expressionInterpreter, renderer: "svg", container: place });
  await view.runAsync();
  listen();
  document.documentElement.dataset.drawn = "yes";
}

/** Take away the studies that are not ticked. */
function listen() {
  const studies = document.getElementById("studies");
  studies?.addEventListener("change", () => {
    const boxes = /** @type {HTMLInputElement[]} */ ([...studies.querySelectorAll("input")]);
    const hidden = boxes.filter((box) => !box.checked).map((box) => box.value);
    view?.signal("hidden", hidden).runAsync();
  });
}

/** Open what holds the row that an address leads to. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const holder = target?.closest("details");
  if (!target || !holder) return;
  holder.open = true;
  target.scrollIntoView({ block: "center" });
}

let asked = 0;

/** @param {HTMLFormElement} form */
async function judgeAgain(form) {
  const main = document.getElementById("main");
  const problem = document.getElementById("problem");
  const moved = document.getElementById("moved");
  if (!main || !problem || !moved) return;
  const turn = ++asked;
  delete document.documentElement.dataset.drawn;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  const answer = await fetch(`${location.pathname}?fragment`, { method: "POST", body });
  if (turn !== asked) return;
  if (!answer.ok) {
    problem.textContent = (await answer.json()).issue[0].details.text;
    return;
  }
  problem.textContent = "";
  const open = openHook(main);
  main.innerHTML = await answer.text();
  const now = main.querySelector("template#moved-now");
  moved.replaceChildren(...(now instanceof HTMLTemplateElement ? [now.content] : []));
  now?.remove();
  if (open) main.querySelector(`details[data-hook="${open}"]`)?.setAttribute("open", "");
  await draw();
}

/**
 * The hook whose card is open.
 * @param {HTMLElement} main
 */
function openHook(main) {
  const open = main.querySelector("details.hook[open]");
  return open instanceof HTMLElement ? open.dataset.hook : undefined;
}

const form = document.getElementById("changes");
if (form instanceof HTMLFormElement) {
  form.addEventListener("change", () => judgeAgain(form));
  form.addEventListener("reset", () => setTimeout(() => judgeAgain(form)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judgeAgain(form);
  });
}
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) print();
});
addEventListener("hashchange", openTarget);
await draw();
openTarget();
