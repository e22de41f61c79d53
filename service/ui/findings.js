// What the dose rests on: the patient as understood, genes, body, drug, numbers.

import { h } from "./dom.js";
import { list, pairs, percent, rounded, section, table } from "./tables.js";

const NOT_GIVEN = null;
const FIRST = 5;
const FEW = 8;

// field of the answer, how it is called, and the unit the answer gives it in
const PATIENT = [
  ["age_years", "Age", "years"],
  ["sex", "Sex", ""],
  ["weight_kg", "Weight", "kg"],
  ["height_cm", "Height", "cm"],
  ["albumin_g_per_l", "Albumin", "g/L"],
  ["creatinine_mg_per_dl", "Creatinine", "mg/dL"],
  ["egfr_ml_per_min_per_1_73m2", "eGFR", "mL/min/1.73 m²"],
  ["haematocrit", "Haematocrit", "(fraction)"],
  ["blood_volume_l", "Blood volume", "L"],
  ["cardiac_output_l_per_h", "Cardiac output", "L/h"],
  ["vitamin_k_intake_ug_per_day", "Vitamin K intake", "µg/day"],
];
const LIVER = [
  ["child_pugh_class", "Child-Pugh class", ""],
  ["bilirubin_mg_per_dl", "Bilirubin", "mg/dL"],
  ["baseline_inr", "INR without warfarin", ""],
  ["ascites", "Ascites", ""],
  ["encephalopathy", "Encephalopathy", ""],
];
const BODY = [
  ["body_surface_m2", "Body surface", "m²"],
  ["fat_free_mass_kg", "Fat-free mass", "kg"],
  ["liver_mass_kg", "Liver", "kg"],
  ["functional_liver_mass_kg", "Working liver", "kg"],
  ["cardiac_output_l_per_h", "Cardiac output", "L/h"],
  ["blood_volume_l", "Blood volume", "L"],
  ["haematocrit", "Haematocrit", "(fraction)"],
  ["albumin_g_per_l", "Albumin", "g/L"],
  ["egfr_ml_per_min_per_1_73m2", "eGFR", "mL/min/1.73 m²"],
  ["kidney_stage", "Kidney stage (KDIGO)", ""],
  ["kidney_class", "Kidney impairment", ""],
  ["child_pugh_class", "Child-Pugh class", ""],
  ["child_pugh_score", "Child-Pugh score", ""],
];

function described(fields, values) {
  return fields
    .filter(([field]) => values[field] !== NOT_GIVEN && values[field] !== undefined)
    .map(([field, name, unit]) => [
      name,
      [typeof values[field] === "number" ? rounded(values[field]) : values[field], unit]
        .join(" ")
        .trim(),
    ]);
}

export function patient(given) {
  const liver = given.liver_disease ?? {};
  const items = [...described(PATIENT, given), ...described(LIVER, liver)];
  if (given.indication !== NOT_GIVEN) {
    items.push(["Indication", given.indication.replaceAll("_", " ")]);
  }
  if (given.target_inr !== NOT_GIVEN) {
    items.push(["Target INR, stated", given.target_inr.map(rounded).join(" to ")]);
  }
  if (given.co_medication.length > 0) {
    items.push(["Other medicines", given.co_medication.map(medicine).join("; ")]);
  }
  if (given.pregnant) items.push(["Pregnant", "yes"]);
  if (given.active_bleeding) items.push(["Active bleeding", "yes"]);
  const population = given.genotype.frequency_population;
  if (population !== NOT_GIVEN) items.push(["Untested alleles weighed as in", population]);
  return section("The patient, as understood", pairs(items));
}

function medicine({ name, daily_dose_mg, start_day, stop_day, acknowledged }) {
  const parts = [daily_dose_mg === NOT_GIVEN ? name : `${name} ${daily_dose_mg} mg/day`];
  if (start_day !== NOT_GIVEN) parts.push(`from day ${start_day}`);
  if (stop_day !== NOT_GIVEN) parts.push(`until day ${stop_day}`);
  if (acknowledged) parts.push("acknowledged");
  return parts.join(", ");
}

export function genotype(genes) {
  const rows = genes.map((gene) => [
    gene.gene,
    gene.reported ?? h("strong", { class: "unknown" }, "not tested"),
    meaning(gene),
    possible(gene),
  ]);
  return section(
    "Genotype, as understood",
    table(
      "Genes the dose depends on",
      ["Gene", "Reported", "What it means", "Possible"],
      rows,
    ),
  );
}

function meaning(gene) {
  if (gene.not_tested.length === 0) return gene.meaning;
  return h(
    "div",
    {},
    gene.meaning,
    h("div", { class: "hint" }, `not tested: ${few(gene.not_tested)}`),
  );
}

function few(names) {
  const more = names.length - FEW;
  return more <= 1 ? names.join(", ") : `${names.slice(0, FEW).join(", ")} and ${more} more`;
}

function possible({ possibilities, rarer_pairs, rarer_weight }) {
  const [likeliest] = possibilities;
  if (possibilities.length === 1 && rarer_pairs === 0) return likeliest.alleles;
  return h(
    "details",
    {},
    h("summary", {}, `${likeliest.alleles} (${percent(likeliest.weight)}), others`),
    list([
      ...possibilities.map((pair) => `${pair.alleles}: ${percent(pair.weight)}`),
      ...(rarer_pairs > 0 ? [`${rarer_pairs} rarer pairs: ${percent(rarer_weight)} together`] : []),
    ]),
  );
}

export function drug(enantiomers) {
  const line = (name, unit, field, shown = rounded) => [
    unit ? `${name} (${unit})` : name,
    ...enantiomers.map((finding) => shown(finding[field])),
  ];
  return section(
    "Warfarin in this patient",
    table(
      "Both mirror forms of the drug",
      ["", ...enantiomers.map(({ enantiomer }) => `${enantiomer}-warfarin`)],
      [
        line("Clearance from plasma", "L/h", "clearance_l_per_h"),
        line("of it by the kidney", "L/h", "renal_clearance_l_per_h"),
        line("Half-life", "h", "half_life_h"),
        line("Intrinsic clearance, unbound", "L/h", "intrinsic_clearance_l_per_h"),
        line("of it by CYP2C9", "", "cyp2c9_share", percent),
        line("Volume of distribution", "L", "volume_l"),
        line("Unbound in plasma", "", "unbound_fraction", percent),
      ],
    ),
  );
}

export function physiology(body) {
  return section(
    "Body, as the model has it",
    pairs(described(BODY, body)),
    h("p", { class: "hint" }, "What was not measured is predicted; see what was assumed."),
  );
}

export function drivers(traits) {
  if (traits.length === 0) return null;
  return section(
    "Why this dose",
    table(
      "Each trait alone, against the model’s reference patient",
      ["Trait", "This patient", "Reference", "Dose multiplied by"],
      traits.map(({ trait, value, reference, factor }) => [
        trait,
        value,
        reference,
        factor.toFixed(2),
      ]),
    ),
  );
}

export function unverified({ matter, without_effect: others }) {
  if (matter.length === 0) return null;
  const rows = matter.map(({ name, file, value, unit, source, elasticity }) => [
    name,
    `${rounded(value)} ${unit === "1" || unit === "ratio" ? "" : unit}`.trim(),
    elasticity === null ? "not alone" : elasticity.toFixed(2),
    source,
    file,
  ]);
  return section(
    "Numbers nobody has verified",
    h(
      "p",
      {},
      `This dose rests on ${matter.length} numbers that were not read in a source; ` +
        `${others} others do not move it.`,
    ),
    listed(rows.slice(0, FIRST)),
    rows.length > FIRST
      ? h(
          "details",
          {},
          h("summary", {}, `The other ${rows.length - FIRST}`),
          listed(rows.slice(FIRST)),
        )
      : null,
  );
}

function listed(rows) {
  return table(
    "The strongest first; change of the dose in % when the number is 1 % higher",
    ["Number", "Value", "Dose, %", "Where it is from", "File"],
    rows,
  );
}

export function provenance({ provenance: made, twin_digest: digest }) {
  return section(
    "Made by",
    pairs([
      ["Model", `${made.model} ${made.model_version}`],
      ["Model, SHA-256", h("code", {}, made.model_sha256)],
      ["Tables and models, SHA-256", h("code", {}, made.library_sha256)],
      ["Parameters, SHA-256", h("code", {}, made.parameters_sha256)],
      ["This twin, SHA-256", h("code", {}, digest)],
      ["Software", `patient twin ${made.software_version}`],
      ["Engine", made.engine],
    ], { wide: true }),
  );
}

// CPIC's figure: the boxes a patient passes, and the doses its percentages apply to.
export function guideline({ guideline: found, doses }) {
  const paths = found.paths.flatMap((path) => [
    found.chosen === null && h("p", {}, h("strong", {}, `If ancestry is ${path.branch}`)),
    list(path.steps.map((step) => `${step.says} (${step.strength}; ${step.because})`)),
    path.notes.length > 0 && h("div", { class: "hint" }, list(path.notes)),
    algorithms(doses.filter(({ branch }) => branch === (found.chosen ? null : path.branch))),
  ]);
  return section(
    "What CPIC’s 2017 guideline says",
    ...paths,
    h("div", { class: "hint" }, list([...found.notes, found.source])),
  );
}

function algorithms(doses) {
  if (doses.length === 0) return false;
  return table(
    "Published algorithms, mg/day: a second opinion, not the twin’s dose",
    ["Algorithm", "Its dose", "After the steps above"],
    doses.map(({ algorithm, low_mg_per_day, high_mg_per_day, ignored }) => [
      ignored.length > 0
        ? `${algorithm.name} (does not count ${ignored.join(", ")})`
        : algorithm.name,
      rounded(algorithm.dose_mg_per_day),
      low_mg_per_day === high_mg_per_day
        ? rounded(low_mg_per_day)
        : `${rounded(low_mg_per_day)} to ${rounded(high_mg_per_day)}`,
    ]),
  );
}

export function label(sentences) {
  if (sentences.length === 0) return null;
  return section("What the label says", list(sentences));
}
