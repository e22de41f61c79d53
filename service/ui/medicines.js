// Other medicines: a row for each, with its dose and days, and the tick without which
// a medicine the twin does not know blocks the dose.

import { afterPress, h } from "./dom.js";

export function buildMedicines(form, known) {
  const named = new Map();
  for (const medicine of known) {
    for (const name of [medicine.name, ...medicine.other_names]) {
      named.set(letters(name), medicine);
    }
  }
  const rows = form.querySelector("#medicines");
  form.querySelector("#known-medicines").append(
    ...known.flatMap(({ name, other_names }) =>
      [name, ...other_names].map((each) => h("option", { value: each })),
    ),
  );
  const add = () => rows.append(medicineRow(rows, named));
  form.querySelector("#add-medicine").addEventListener("click", () => {
    add();
    rows.lastElementChild.querySelector("input").focus();
  });
  form.addEventListener("reset", () => rows.replaceChildren());
}

// St. John's wort is St Johns wort, as the service reads it.
const letters = (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

// What is typed with a unit of its own keeps it.
const withUnit = (typed, unit) => (/\p{L}/u.test(typed) ? typed : `${typed} ${unit}`);

let medicinesMade = 0;

function medicineRow(rows, named) {
  const id = `medicine-${(medicinesMade += 1)}`;
  const cell = (name, key, attributes, unit) =>
    h(
      "div",
      { class: "field" },
      h("label", { for: `${id}-${key}` }, name),
      h(
        "div",
        { class: "control" },
        h("input", { id: `${id}-${key}`, "data-part": key, autocomplete: "off", ...attributes }),
        unit && h("span", { class: "only" }, unit),
      ),
    );
  const day = { inputmode: "numeric", size: 5, placeholder: "always" };
  const acknowledged = h(
    "label",
    { class: "acknowledge", hidden: true },
    h("input", { type: "checkbox", "data-part": "acknowledged" }),
    h("span", { class: "why" }),
  );
  const row = h(
    "div",
    { class: "medicine", role: "group", "aria-label": "Another medicine" },
    h(
      "div",
      { class: "grid" },
      cell("Medicine", "medicine", { list: "known-medicines", size: 18 }),
      cell("Daily dose", "daily_dose", { inputmode: "decimal", size: 7, placeholder: "usual" }, "mg"),
      cell("From day", "start", day),
      cell("Until day", "stop", { ...day, placeholder: "goes on" }),
    ),
    acknowledged,
    h("button", { type: "button", class: "quiet" }, "Remove"),
  );
  const name = row.querySelector('[data-part="medicine"]');
  const dose = row.querySelector('[data-part="daily_dose"]');
  const say = () => {
    const found = named.get(letters(name.value));
    acknowledged.hidden = name.value.trim() === "" || (found !== undefined && !found.blocks);
    acknowledged.querySelector(".why").textContent = found
      ? ` ${found.name}: ${found.hazard}. I have considered this.`
      : " The twin does not know this medicine; I have looked up what it does to warfarin.";
    const usual = found?.usual_daily_dose;
    dose.placeholder = usual ? `usual ${usual.value}` : "usual";
  };
  name.addEventListener("change", () => {
    acknowledged.querySelector("input").checked = false;
    afterPress(say);
  });
  row.querySelector("button").addEventListener("click", () => {
    row.remove();
    rows.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return row;
}

// A name alone where nothing else is said of it; dose in mg, days as typed.  Each cell
// is marked with its place in the question, where errors find it.
export function medicinesOf(form) {
  return [...form.querySelectorAll(".medicine")]
    .filter((row) => row.querySelector('[data-part="medicine"]').value.trim() !== "")
    .map((row, number) => {
      const part = (key) => {
        const place = row.querySelector(`[data-part="${key}"]`);
        place.dataset.pointer = `/co_medication/${number}/${key}`;
        return place;
      };
      const typed = (key) => part(key).value.trim();
      const medicine = { medicine: typed("medicine") };
      if (typed("daily_dose")) medicine.daily_dose = withUnit(typed("daily_dose"), "mg");
      if (typed("start")) medicine.start = withUnit(typed("start"), "d");
      if (typed("stop")) medicine.stop = withUnit(typed("stop"), "d");
      if (part("acknowledged").checked) medicine.acknowledged = true;
      return medicine;
    });
}
