// What may be expected of this patient: the doses he may need, how the plan may turn
// out, and where the spread comes from. Every number is the service's own.

import { h, svg } from "./dom.js";
import { list, percent, rounded, section, table } from "./tables.js";

const WIDE = 720;
const NARROW = 400;
const SIDE = 30;
const KIND_HEADS = [
  ["person", "People"],
  ["knowledge", "Parameters"],
  ["form", "Form"],
  ["measurement", "One reading"],
];

// A quantile by its probability.
function line({ probabilities }, values, probability) {
  return values[probabilities.findIndex((p) => Math.abs(p - probability) < 1e-6)];
}

export function needed({ needed: found, dose_mg_per_day: typical }, { narrow = false } = {}) {
  if (found.mg_per_day === null) return h("p", {}, "No draw has a dose for this INR.");
  const at = (p) => line(found, found.mg_per_day, p);
  const words =
    `This patient may need another dose: half of such patients need ` +
    `${rounded(at(0.25))} to ${rounded(at(0.75))} mg/day, 80 % ${rounded(at(0.1))} to ` +
    `${rounded(at(0.9))}, 90 % ${rounded(at(0.05))} to ${rounded(at(0.95))}; ` +
    `the median is ${rounded(at(0.5))} mg/day.`;
  return h(
    "div",
    { class: "expected", id: "needed" },
    h("p", {}, words),
    doseChart(at, typical, words, narrow ? NARROW : WIDE),
    legend("median", "typical patient: the proposal"),
    without(found),
  );
}

function without({ n_without: lost, n_draws: all, weight_beyond: beyond }) {
  const said = [];
  if (lost > 0) {
    said.push(`In ${lost} of ${all} draws no dose reaches the target; the interval is of the rest.`);
  }
  if (beyond > 0.001) {
    said.push(`${percent(beyond)} lie above the largest dose that may be proposed.`);
  }
  return list(said);
}

function doseChart(at, typical, words, width) {
  const end = tick(Math.max(at(0.95), typical)) * Math.ceil(
    (1.05 * Math.max(at(0.95), typical)) / tick(Math.max(at(0.95), typical)),
  );
  const along = (mg) => SIDE + (mg / end) * (width - 2 * SIDE);
  const bar = (low, high, kind) =>
    svg("rect", {
      class: kind,
      x: along(at(low)),
      y: 14,
      width: along(at(high)) - along(at(low)),
      height: 34,
    });
  const ticks = [];
  for (let mg = 0; mg <= end; mg += tick(end)) {
    ticks.push(
      svg("line", { class: "rule", x1: along(mg), x2: along(mg), y1: 56, y2: 62 }),
      svg("text", { class: "tick-x", x: along(mg), y: 78 }, rounded(mg)),
    );
  }
  return svg(
    "svg",
    { viewBox: `0 0 ${width} 100`, role: "img", class: "chart", "aria-label": words },
    bar(0.05, 0.95, "p90"),
    bar(0.1, 0.9, "p80"),
    bar(0.25, 0.75, "p50"),
    svg("line", { class: "median", x1: along(at(0.5)), x2: along(at(0.5)), y1: 8, y2: 54 }),
    svg("path", {
      class: "typical",
      d: `M${along(typical) - 7} 2h14l-7 12z`,
    }),
    svg("line", { class: "rule", x1: along(0), x2: along(end), y1: 56, y2: 56 }),
    ticks,
    svg("text", { class: "axis", x: width / 2, y: 96 }, "dose needed (mg/day)"),
  );
}

// A step that leaves about six ticks.
function tick(span) {
  return [0.5, 1, 2, 5, 10, 20, 50].find((step) => span / step <= 8) ?? 100;
}

// What the shades of bands mean, in words.
export function legend(dark, mark = null) {
  const key = (kind, text) => h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), text);
  return h(
    "p",
    { class: "legend" },
    key("line", dark),
    mark === null ? null : key("mark", mark),
    key("p50", "50 %"),
    key("p80", "80 %"),
    key("p90", "90 %"),
  );
}

export function onPlan({ on_plan: rest }, target) {
  const at = (p) => line(rest, rest.inr, p).toFixed(2);
  return h(
    "div",
    { class: "expected", id: "on-plan" },
    h(
      "p",
      {},
      h("strong", {}, `In range with a probability of ${whole(rest.within)}: `),
      `on ${rest.on} the INR at rest lies between ${target.low} and ${target.high} in ` +
        `${whole(rest.within)} of such patients, below in ${whole(rest.below)}, above ` +
        `in ${whole(rest.above)}. Half of them rest between ${at(0.25)} and ${at(0.75)}, ` +
        `90 % between ${at(0.05)} and ${at(0.95)}; the median is ${at(0.5)}. One reading ` +
        `by a laboratory lies within in ${whole(rest.reading_within)}.`,
    ),
    rangeBar(rest),
    rest.n_without > 0
      ? h("p", {}, `${rest.n_without} of ${rest.n_draws} draws have no INR on it.`)
      : null,
  );
}

function rangeBar({ below, within, above }) {
  let from = 0;
  const parts = [["below", below], ["within", within], ["above", above]].map(([kind, share]) => {
    const bar = svg("rect", { class: kind, x: `${100 * from}%`, width: `${100 * share}%`, height: 22 });
    from += share;
    return bar;
  });
  const key = (kind, share) =>
    h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), `${kind} ${whole(share)}`);
  return [
    svg(
      "svg",
      {
        class: "range",
        role: "img",
        height: 22,
        "aria-label": `below ${whole(below)}, within ${whole(within)}, above ${whole(above)}`,
      },
      parts,
    ),
    h("p", { class: "legend" }, key("below", below), key("within", within), key("above", above)),
  ];
}

export function spread({ spread: found, draws, checked_on: checked }) {
  if (found.length === 0) return null;
  return section(
    "Where the spread comes from",
    list(found.slice(-2).map(inWords)),
    table(
      "Each kind’s part of the spread (of the variance of the logarithm)",
      ["", "90 % lie within", ...KIND_HEADS.map(([, head]) => head)],
      found.map(({ quantity, factor_90: factor, kinds }) => [
        quantity,
        h("span", { class: "whole" }, `a factor of ${factor.toFixed(2)}`),
        ...KIND_HEADS.map(([name]) => share(kinds.find(({ kind }) => kind === name), name)),
      ]),
    ),
    h("div", { class: "hint" }, list([
      "People: how people of this description differ from one another",
      "Parameters: what is not known of people in general",
      `Form: ${found[0].form_reason}`,
      "One reading: the occasion and the assay",
    ])),
    h(
      "details",
      {},
      h("summary", {}, "On which scale it arises"),
      table(
        "Each scale’s part, from enzymes to the laboratory",
        ["", ...found[0].scales.map(({ scale }) => scale)],
        found.map(({ quantity, scales }) => [
          quantity,
          ...scales.map(({ together }) => whole(together)),
        ]),
      ),
      list(found[0].scales.map(({ scale, what }) => `${scale}: ${what}`)),
    ),
    h("p", {}, `${draws.says}.`),
    h("p", { id: "checked-on" }, `${checked}.`),
  );
}

function share(kind, name) {
  if (name !== "form" || kind.share > 0) return whole(kind.share);
  return h("span", { class: "whole" }, "not carried");
}

function whole(part) {
  return `${Math.round(100 * part) || 0}\u00a0%`;
}

function inWords({ quantity, kinds }) {
  const parts = kinds
    .filter((kind) => kind.share > 0)
    .map((kind) => `${whole(kind.share)} is ${kind.what}`);
  return `Of the spread of the ${quantity}, ${parts.join("; ")}.`;
}
