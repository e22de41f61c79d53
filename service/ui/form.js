// The form: built from what the service says may be asked, read back as the
// question. Numbers travel as they were typed, with their unit; the service reads
// and checks them, the page does not.

import { h, limits, offeredUnits, shownUnit } from "./dom.js";
import { buildMedicines, medicinesOf } from "./medicines.js";

const NOT_GIVEN = "not given";
const NOT_TESTED = "not tested";

export function buildForm(form, fields) {
  const known = new Map(fields.fields.map((field) => [field.name, field]));
  for (const place of form.querySelectorAll("[data-quantity]")) {
    buildQuantity(place, known.get(place.dataset.quantity));
  }
  for (const place of form.querySelectorAll("[data-choice]")) {
    buildChoice(place, fields.choices[place.dataset.choice]);
  }
  form.querySelector("#genes").append(
    ...fields.genes.map(geneRow),
    populationRow(fields.populations),
  );
  buildMedicines(form, fields.medicines);
  buildIndications(form, fields);
  const { low, high, source } = fields.target_inr;
  const note = form.querySelector("#target-note");
  const chosen = form.querySelector("#indication");
  const say = () => {
    const found = fields.indications.find(({ code }) => code === chosen.value);
    const range = found ?? { low, high, source };
    note.textContent =
      `Left empty: INR ${range.low.value} to ${range.high.value} (${range.source}).`;
  };
  chosen.addEventListener("change", say);
  form.addEventListener("reset", () => setTimeout(say));
  say();
}

function buildIndications(form, fields) {
  form.querySelector("#indication").append(
    h("option", { value: "" }, NOT_GIVEN),
    ...fields.indications.map(({ code, name, low, high }) =>
      h("option", { value: code }, `${name} (INR ${low.value} to ${high.value})`),
    ),
  );
}

function pointerOf(place) {
  const { inside, quantity, choice, key } = place.dataset;
  return `/${inside ? `${inside}/` : ""}${key ?? quantity ?? choice}`;
}

// Turns a place that holds a label into label, control, hint and room for an error.
function furnish(place, control, { beside = [], needed = false }) {
  const pointer = pointerOf(place);
  const id = pointer.slice(1).replaceAll("/", "-");
  const label = place.textContent.trim();
  control.id = id;
  control.dataset.pointer = pointer;
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  if (needed) control.required = true;
  place.classList.add("field");
  place.replaceChildren(
    h("label", { for: id }, label, needed && h("span", { class: "needed" }, "needed")),
    h("div", { class: "control" }, control, beside),
    h("p", { class: "hint", id: `${id}-hint` }),
    h("p", { class: "error", id: `${id}-error` }),
  );
}

function buildQuantity(place, field) {
  const label = place.textContent.trim();
  const offered = offeredUnits(field.units);
  const preferred = place.dataset.unit ?? offered[0].code;
  const units = h(
    "select",
    { class: "unit", "aria-label": `Unit of ${label.toLowerCase()}` },
    offered.map(({ code }) =>
      h("option", { value: code, selected: code === preferred }, shownUnit(code)),
    ),
  );
  units.hidden = offered.length === 1;
  const input = h("input", { inputmode: "decimal", autocomplete: "off", size: 7 });
  const only = units.hidden && h("span", { class: "only" }, shownUnit(preferred));
  furnish(place, input, { beside: [units, only], needed: field.needed });
  const hint = place.querySelector(".hint");
  const sayLimits = () => {
    const { accepted } = offered.find(({ code }) => code === units.value);
    hint.textContent = limits(accepted);
  };
  units.addEventListener("change", sayLimits);
  sayLimits();
}

function buildChoice(place, choices) {
  const needed = "needed" in place.dataset;
  const select = h(
    "select",
    {},
    h("option", { value: "" }, needed ? "choose" : NOT_GIVEN),
    choices.map((choice) => h("option", { value: choice }, choice)),
  );
  furnish(place, select, { needed });
}

function geneRow(gene) {
  const id = `genotype-${gene.name}`;
  const rare = gene.alleles.filter((allele) => !gene.measured.includes(allele));
  const pick = (which) =>
    h(
      "select",
      {
        id: `${id}-${which}`,
        "aria-label": `${gene.name}, ${which} allele`,
        "aria-describedby": `${id}-error`,
        "data-allele": which,
        "data-pointer": `/genotype/${gene.name}`,
      },
      h("option", { value: "" }, NOT_TESTED),
      gene.measured.map((allele) => h("option", { value: allele }, allele)),
      rare.length > 0 &&
        h(
          "optgroup",
          { label: "without kinetics of their own" },
          rare.map((allele) => h("option", { value: allele }, allele)),
        ),
    );
  return h(
    "div",
    { class: "gene", role: "group", "aria-label": gene.name, "data-gene": gene.name },
    h("span", { class: "gene-name" }, gene.name),
    h("div", { class: "control" }, pick("first"), h("span", {}, "/"), pick("second")),
    panelChoice(gene),
    h("p", { class: "error", id: `${id}-error` }),
  );
}

// What the laboratory looked for; asked only where laboratories differ.
function panelChoice(gene) {
  const others = gene.alleles.filter(
    (allele) => allele !== gene.reference && !gene.panel.includes(allele),
  );
  if (others.length === 0) return null;
  const usual = gene.panel.join(", ");
  const measured = gene.measured.filter((allele) => allele !== gene.reference);
  return h(
    "label",
    { class: "panel" },
    "looked for ",
    h(
      "select",
      { "data-panel": true },
      h("option", { value: "" }, "not stated"),
      h("option", { value: JSON.stringify(gene.panel) }, `${usual} only`),
      h("option", { value: JSON.stringify(measured) }, measured.join(", ")),
      h("option", { value: '"all"' }, "every named allele"),
    ),
  );
}

function populationRow(populations) {
  const id = "genotype-frequency_population";
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, "Weigh untested alleles as in"),
    h(
      "select",
      { id, "data-pointer": "/genotype/frequency_population" },
      h("option", { value: "" }, "all populations pooled"),
      populations.map((name) => h("option", { value: name }, name)),
    ),
    h("p", { class: "hint" }, "Weighs alleles nobody looked for, and decides whether rs12777823 counts."),
  );
}

// ---------------------------------------------------------------- reading it back

export function questionOf(form) {
  const question = {};
  const put = (place, value) => {
    const { inside, quantity, choice, key } = place.dataset;
    const target = inside ? (question[inside] ??= {}) : question;
    target[key ?? quantity ?? choice] = value;
  };
  for (const place of form.querySelectorAll("[data-quantity]")) {
    const typed = place.querySelector("input").value.trim();
    if (typed) put(place, `${typed} ${place.querySelector(".unit").value}`);
  }
  for (const place of form.querySelectorAll("[data-choice]")) {
    const chosen = place.querySelector("select").value;
    if (chosen) put(place, chosen);
  }
  for (const name of ["pregnant", "active_bleeding"]) {
    if (form.elements[name].checked) question[name] = true;
  }
  const genotype = genotypeOf(form);
  if (Object.keys(genotype).length > 0) question.genotype = genotype;
  const medicines = medicinesOf(form);
  if (medicines.length > 0) question.co_medication = medicines;
  const indication = form.querySelector("#indication").value;
  if (indication) question.indication = indication;
  return question;
}

function genotypeOf(form) {
  const genotype = {};
  for (const row of form.querySelectorAll("[data-gene]")) {
    const alleles = [...row.querySelectorAll("[data-allele]")].map((s) => s.value);
    if (alleles.every((allele) => allele === "")) continue;
    // One allele without the other is passed on as written, and refused by name.
    const diplotype = alleles.join("/");
    const tested = row.querySelector("[data-panel]")?.value;
    genotype[row.dataset.gene] = tested
      ? { diplotype, tested: JSON.parse(tested) }
      : diplotype;
  }
  const population = form.querySelector("#genotype-frequency_population").value;
  if (population) genotype.frequency_population = population;
  return genotype;
}

// ---------------------------------------------------------------- errors

export function clearErrors(form) {
  for (const room of form.querySelectorAll(".error")) room.textContent = "";
  for (const marked of form.querySelectorAll("[aria-invalid]")) {
    marked.removeAttribute("aria-invalid");
  }
  const summary = form.querySelector("#form-error");
  summary.hidden = true;
  summary.textContent = "";
}

// Beside the field each error is about, else beside the group it is in, and at the
// head of the form.
export function showErrors(form, problem) {
  const summary = form.querySelector("#form-error");
  summary.hidden = false;
  summary.textContent = problem.detail ?? problem.title;
  let first = null;
  for (const { pointer, detail } of problem.errors ?? []) {
    const place = placeOf(form, pointer);
    if (place === null) continue;
    place.setAttribute("aria-invalid", "true");
    place.closest("details")?.setAttribute("open", "");
    const group = place.closest(".field, .gene, fieldset");
    let room = group.querySelector(":scope > .error");
    if (room === null) {
      room = h("p", { class: "error" });
      group.append(room);
    }
    room.textContent = detail;
    first ??= place;
  }
  const focused = first?.matches("input, select") ? first : summary;
  focused.focus();
  focused.scrollIntoView({ block: "center" });
}

function placeOf(form, pointer) {
  for (let path = pointer; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    const place = form.querySelector(`[data-pointer="${CSS.escape(path)}"]`);
    if (place !== null) return place;
  }
  return null;
}
