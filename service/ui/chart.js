// The INR course as a picture: bands and a line over the target. Points are drawn as the
// service sends them; nothing is smoothed, predicted or converted here.

import { svg } from "./dom.js";

const WIDE = 720;
const NARROW = 400;
const HEIGHT = 340;
const LEFT = 54;
const RIGHT = 16;
const TOP = 16;
const BOTTOM = 48;

// Beyond this a band is cut, unless the course itself is higher; the words say so.
const HIGHEST_SHOWN = 8;
const BANDS = [["p90", "q05", "q95"], ["p80", "q10", "q90"], ["p50", "q25", "q75"]];

export function inrChart(course, target, { bands = null, narrow = false } = {}) {
  const width = narrow ? NARROW : WIDE;
  const widest = bands === null ? 0 : Math.min(HIGHEST_SHOWN, Math.max(...bands.inr.q95));
  const top = Math.ceil(2 * Math.max(target.high + 0.5, course.highest_inr, widest)) / 2;
  const lowest = Math.min(1, ...course.inr, ...(bands === null ? [] : bands.inr.q05));
  const bottom = Math.floor(2 * lowest) / 2;
  const end = course.times_h.at(-1);
  const along = (fraction) => LEFT + fraction * (width - LEFT - RIGHT);
  const up = (inr) =>
    TOP + ((top - inr) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const points = course.inr.map(
    (inr, i) => `${along(course.times_h[i] / end).toFixed(1)},${up(inr).toFixed(1)}`,
  );
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      class: "chart",
      "aria-labelledby": "chart-title chart-description",
    },
    svg("title", { id: "chart-title" }, "Expected INR, day by day"),
    svg("desc", { id: "chart-description" }, inWords(course, target)),
    band(target, along, up),
    bands === null
      ? null
      : BANDS.map(([kind, low, high]) => {
          const edge = (values) =>
            values.map(
              (inr, i) =>
                `${along(bands.times_h[i] / end).toFixed(1)},${up(Math.min(inr, top)).toFixed(1)}`,
            );
          const around = [...edge(bands.inr[high]), ...edge(bands.inr[low]).reverse()];
          return svg("polygon", { class: kind, points: around.join(" ") });
        }),
    verticalAxis(bottom, top, along, up),
    horizontalAxis(course.days, along, narrow ? 7 : 12),
    svg("polyline", { class: "course", points: points.join(" ") }),
    targetLines(target, along, up),
  );
}

export function inWords(course, target) {
  const reached =
    course.day_reached === null
      ? `The INR does not reach ${target.low} to ${target.high}`
      : `The INR first stands between ${target.low} and ${target.high} on day ` +
        `${course.day_reached}`;
  return (
    `${reached}; its highest value is ${course.highest_inr.toFixed(2)} on day ` +
    `${course.day_of_highest_inr.toFixed(0)}, and on day ${course.days} it is ` +
    `${course.last_inr.toFixed(2)}.`
  );
}

// What the bands say of the last day.
export function bandsInWords({ inr, n_failed: failed, n_draws: all }, days) {
  const last = (name) => inr[name].at(-1).toFixed(2);
  const most = Math.max(...inr.q95);
  return (
    `On day ${days} a laboratory would read ${last("q25")} to ${last("q75")} in half of ` +
    `such patients, ${last("q10")} to ${last("q90")} in 80 % and ${last("q05")} to ` +
    `${last("q95")} in 90 %; the median is ${last("median")}.` +
    (most > HIGHEST_SHOWN ? ` The band of 90 % reaches ${most.toFixed(1)}.` : "") +
    (failed > 0 ? ` ${failed} of ${all} draws failed and have no part in the bands.` : "")
  );
}

// Drawn over the bands, which would hide the target's edges and its name.
function targetLines(target, along, up) {
  return [
    ...[target.low, target.high].map((inr) =>
      svg("line", { class: "target-line", x1: along(0), x2: along(1), y1: up(inr), y2: up(inr) }),
    ),
    svg(
      "text",
      { class: "band-label", x: along(1) - 6, y: up(target.high) + 16 },
      `target ${target.low} to ${target.high}`,
    ),
  ];
}

function band(target, along, up) {
  const height = up(target.low) - up(target.high);
  return svg("rect", {
    class: "band",
    x: along(0),
    y: up(target.high),
    width: along(1) - along(0),
    height,
  });
}

function verticalAxis(bottom, top, along, up) {
  const step = stepOf(top - bottom, 8, [0.5, 1, 2, 5, 10, 20, 50, 100]);
  const ticks = [];
  for (let inr = Math.ceil(bottom / step) * step; inr <= top; inr += step) {
    ticks.push(
      svg("line", {
        class: "rule",
        x1: along(0),
        x2: along(1),
        y1: up(inr),
        y2: up(inr),
      }),
      svg("text", { class: "tick-y", x: LEFT - 8, y: up(inr) + 5 }, inr.toFixed(1)),
    );
  }
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  const name = svg(
    "text",
    { class: "axis", transform: `translate(16 ${middle}) rotate(-90)` },
    "INR (no unit)",
  );
  return svg("g", {}, ticks, name);
}

function horizontalAxis(days, along, most) {
  const step = stepOf(days, most, [1, 2, 7, 14, 28, 56, 84]);
  const ticks = [];
  for (let day = 0; day <= days; day += step) {
    const x = along(day / days);
    ticks.push(
      svg("line", {
        class: "rule",
        x1: x,
        x2: x,
        y1: HEIGHT - BOTTOM,
        y2: HEIGHT - BOTTOM + 5,
      }),
      svg("text", { class: "tick-x", x, y: HEIGHT - BOTTOM + 20 }, day),
    );
  }
    return svg(
    "g",
    {},
    ticks,
    svg("text", { class: "axis", x: along(0.5), y: HEIGHT - 6 }, "time (days from the start)"),
  );
}

// The finest step that leaves no more than `most` ticks.
function stepOf(span, most, steps) {
  return steps.find((step) => span / step <= most) ?? steps.at(-1);
}
