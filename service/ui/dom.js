// Elements from a name, attributes and children. Text is always text: nothing that
// comes from a person or the service is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  const shown = children.flat(2).filter((child) => child != null && child !== false);
  element.append(...shown);
  return element;
}

export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

// How a UCUM code is shown; the code itself is what travels.
const SHOWN = {
  a: "years",
  years: null, // another code of the same unit
  mo: "months",
  1: "as a fraction",
  "L/L": null,
  "{INR}": "INR",
  "mg/mL": null,
  "umol/L": "µmol/L",
  "mL/min/{1.73_m2}": "mL/min/1.73 m²",
  "mL/min/1.73m2": null,
  ug: "µg",
  "ug/d": "µg/day",
  "mg/d": "mg/day",
  "ug/wk": "µg/week",
  "mg/wk": "mg/week",
  h: "hours",
  d: "days",
  wk: "weeks",
};

export function shownUnit(code) {
  return SHOWN[code] ?? code;
}

// Units to choose from: of several codes of one unit, the first.
export function offeredUnits(units) {
  const offered = units.filter(({ code }) => SHOWN[code] !== null);
  const inr = offered.find(({ code }) => code === "{INR}");
  return inr === undefined ? offered : [inr];
}

export function limits({ low, high }) {
  return `${low.value} to ${high.value} ${shownUnit(high.unit)}`;
}

// What moves the page waits until the button of the mouse is up: a click that left one
// field would otherwise miss what it was aimed at.
let pressed = false;
for (const [type, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(type, () => (pressed = is), { capture: true });
}

export function afterPress(then) {
  if (!pressed) return then();
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => setTimeout(then), { once: true });
  }
}
