// The answer as a clinician reads it: what may be done with it, the dose, the course,
// then what it rests on. Numbers are rounded for reading and never changed.

import { bandsInWords, inrChart, inWords } from "./chart.js";
import { h } from "./dom.js";
import { legend, needed, onPlan, spread } from "./expected.js";
import {
  drivers,
  drug,
  genotype,
  guideline,
  label,
  patient,
  physiology,
  provenance,
  unverified,
} from "./findings.js";
import { list, rounded, section, table } from "./tables.js";

// field of the course and of its bands, and how it is called
const QUANTITIES = [
  ["inr", "INR"],
  ["s_plasma_mg_per_l", "S-warfarin (mg/L)"],
  ["r_plasma_mg_per_l", "R-warfarin (mg/L)"],
];

export function showWaiting(place) {
  place.replaceChildren(h("p", { class: "note" }, "The twin is being built…"));
}

export function showAnswer(place, answer) {
  if (answer === null) {
    place.replaceChildren(
      h("p", { class: "note" }, "No answer: see the message in the form."),
    );
    return;
  }
  place.replaceChildren(
    h("div", { "data-answer": true, "data-scope": answer.scope.status }, parts(answer)),
  );
}

function parts(answer) {
  return [
    h(
      "p",
      { class: "banner stale-note" },
      "The form has changed since: this answer is for the patient shown below it.",
    ),
    scopeBanner(answer.scope),
    patient(answer.patient),
    answer.maintenance === null ? noDose(answer) : dose(answer),
    warnings(answer),
    answer.course === null ? null : course(answer),
    spread(answer),
    genotype(answer.genotype),
    label(answer.label),
    guideline(answer.guideline),
    drug(answer.drug),
    physiology(answer.physiology),
    drivers(answer.drivers),
    answer.reasons.length === 0
      ? null
      : section("Assumed, because nobody measured or tested it", list(answer.reasons)),
    unverified(answer.unverified),
    provenance(answer),
  ];
}

function scopeBanner(scope) {
  if (scope.status === "out of scope") {
    return h(
      "div",
      { class: "banner refused", id: "scope" },
      h("strong", {}, "Out of scope: no dose comes from this twin."),
      list(scope.reasons),
    );
  }
  if (scope.status === "caution") {
    return h(
      "p",
      { class: "banner caution", id: "scope" },
      h("strong", {}, "Answered with caution."),
      " Read the warnings before the dose.",
    );
  }
  return h(
    "p",
    { class: "banner accepted", id: "scope" },
    "Inside the model’s domain of use.",
  );
}

function noDose(answer) {
  const why = answer.no_dose.filter((reason) => !answer.scope.reasons.includes(reason));
  return section(
    "Maintenance dose",
    h("p", { class: "dose", id: "dose" }, "no dose"),
    list(why),
    answer.course === null && answer.scope.status === "out of scope"
      ? h(
          "p",
          {},
          "The twin can still be looked at: ask for the course under a dose of your " +
            "own.",
        )
      : null,
  );
}

function isNarrow() {
  return matchMedia("(max-width: 40rem)").matches;
}

function dose({ maintenance, target, nature, patient: given }) {
  const { check } = maintenance;
  const come = given.co_medication.some((m) => m.start_day !== null || m.stop_day !== null);
  return section(
    "Maintenance dose, a proposal",
    h(
      "p",
      { class: "dose", id: "dose" },
      h("span", { "data-dose": "day" }, rounded(maintenance.dose_mg_per_day)),
      " mg/day",
      h(
        "span",
        { class: "week" },
        "= ",
        h("span", { "data-dose": "week" }, rounded(maintenance.dose_mg_per_week)),
        " mg/week",
      ),
    ),
    needed(maintenance, { narrow: isNarrow() }),
    tablets(maintenance),
    onPlan(maintenance, target),
    h(
      "p",
      {},
      `Aims at the middle of the target INR ${target.low} to ${target.high} `,
      h("span", { class: "source" }, `(${target.source}).`),
    ),
    h(
      "p",
      {},
      `The full model, run for ${check.days} days on ` +
        `${rounded(maintenance.dose_mg_per_day)} mg/day` +
        (come ? " under the medicines the dose is for, at rest" : "") +
        ", gives INR " +
        `${check.inr_mean_of_last_day.toFixed(2)} (over the last day ` +
        `${check.inr_lowest_of_last_day.toFixed(2)} to ` +
        `${check.inr_highest_of_last_day.toFixed(2)}) and is 95 % of the way there ` +
        `after ${check.days_to_95_percent} days.`,
    ),
    h("p", { class: "nature" }, `This is a ${nature}.`),
  );
}

function tablets(maintenance) {
  if (maintenance.plan === null) {
    return h("p", {}, "No tablets make this dose, three a day at most: ask a pharmacist.");
  }
  const days = maintenance.plan_days_mg;
  return h(
    "div",
    { class: "plan" },
    h("p", { class: "plan-words" }, h("strong", {}, "In tablets: "), maintenance.plan),
    table(
      "One week of tablets",
      ["Day of the week", "Warfarin sodium"],
      days.map((mg, i) => [`Day ${i + 1}`, `${mg} mg`]),
    ),
    h(
      "p",
      {},
      `${maintenance.plan_mg_per_week} mg/week; INR at rest ` +
        `${maintenance.plan_inr.toFixed(2)} in the typical patient.`,
    ),
  );
}

function warnings({ warnings: all, scope }) {
  const shown =
    scope.status === "out of scope"
      ? all.filter((warning) => !scope.reasons.includes(warning))
      : all;
  if (shown.length === 0) return null;
  return h(
    "section",
    { class: "warnings" },
    h("h3", {}, "Warnings"),
    list(shown),
  );
}

function course({ course: shown, bands, target }) {
  return section(
    shown.is_proposal
      ? "INR course under the proposal"
      : "INR course under the dose you asked about",
    h("p", {}, shown.regimen),
    inrChart(shown, target, { bands, narrow: isNarrow() }),
    bands === null ? null : legend("the typical patient of this description"),
    bands === null ? null : h("p", {}, h("strong", {}, "This patient. "), bandsInWords(bands, shown.days)),
    h("p", {}, h("strong", {}, "The typical patient. "), inWords(shown, target)),
    h(
      "p",
      {},
      `In the target range on ${shown.days_in_range} of ${shown.days + 1} mornings.`,
    ),
    h(
      "details",
      {},
      h("summary", {}, "The same as a table"),
      courseTable(shown, bands),
    ),
  );
}

// One row a day: the value that stands when the day begins, and 90 % of what a
// laboratory may read.
function courseTable({ times_h: times, days, ...shown }, bands) {
  const perDay = (times.length - 1) / days;
  const bandsPerDay = bands === null ? 0 : (bands.times_h.length - 1) / days;
  const rows = [];
  for (let day = 0; day <= days; day += 1) {
    const i = Math.round(day * perDay);
    const k = Math.round(day * bandsPerDay);
    rows.push([
      `${day}`,
      ...QUANTITIES.flatMap(([field]) => [
        shown[field][i].toFixed(2),
        ...(bands === null ? [] : [between(bands[field], k)]),
      ]),
    ]);
  }
  const heads = QUANTITIES.flatMap(([, head]) => (bands === null ? [head] : [head, "90 %"]));
  return table(
    "INR and plasma concentrations at the start of each day",
    ["Day", ...heads],
    rows,
  );
}

function between(band, k) {
  return h("span", { class: "whole" }, `${band.q05[k].toFixed(2)} to ${band.q95[k].toFixed(2)}`);
}
