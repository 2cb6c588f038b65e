// @ts-check
/**
 * Draws the plots that the page holds as a specification, and asks for the page anew when a value
 * is changed. Everything else is in the HTML.
 */
import { View, parse, compile, expressionInterpreter } from "./plots/plots.js";

/** Draw the specification of the page as SVG, without evaluating any text as code. */
async function draw() {
  const holder = document.getElementById("specification");
  const place = document.getElementById("plots");
  if (!holder || !place || !holder.textContent) return;
  const specification = JSON.parse(holder.textContent);
  const runtime = parse(compile(specification).spec, undefined, { ast: true });
  const view = new View(runtime, { expr: expressionInterpreter, renderer: "svg", container: place });
  await view.runAsync();
  document.documentElement.dataset.drawn = "yes";
}

/** @param {HTMLFormElement} form */
async function judgeAgain(form) {
  const main = document.getElementById("main");
  const problem = document.getElementById("problem");
  if (!main || !problem) return;
  delete document.documentElement.dataset.drawn;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  const answer = await fetch(`${location.pathname}?fragment`, { method: "POST", body });
  if (!answer.ok) {
    problem.textContent = (await answer.json()).issue[0].details.text;
    return;
  }
  problem.textContent = "";
  main.innerHTML = await answer.text();
  await draw();
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
draw();
