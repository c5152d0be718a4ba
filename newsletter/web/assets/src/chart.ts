/*
 * Charts of the reports. Each is drawn from the table beside it, so that both say the same: `data-value` of its
 * cells, `data-at` (seconds since 1970) of its rows. Without a script the table is there alone. `data-lines` are values that lines go across at; the rows of the table
 * that `data-marks` names have moments (`data-mark-at`) that lines go down at, with their number (`data-mark`).
 */

import uPlot from "uplot";

const HEIGHT = 220;
const INKS = ["first", "second", "third", "fourth"];
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6];
const DAYS = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * 86_400);
const PER_CENT = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** A colour of the style sheet as the canvas needs it, in the scheme of the moment. */
function ink(box: HTMLElement, name: string): string {
  const probe = box.appendChild(document.createElement("span"));
  probe.className = `chart-${name}`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** The columns of a table: moments, then each series; and what the series are called. */
function read(table: HTMLTableElement): { data: uPlot.AlignedData; names: string[] } {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>("tr[data-at]")];
  const heads = [...table.querySelectorAll<HTMLElement>("thead [data-series]")];
  const values = heads.map((_, n) =>
    rows.map((row) => {
      const value = row.querySelectorAll<HTMLElement>("[data-value]")[n]?.dataset["value"];
      return value ? Number(value) : null;
    }),
  );
  const names = heads.map((head) => head.textContent.trim());
  return { data: [rows.map((row) => Number(row.dataset["at"])), ...values], names };
}

function axis(box: HTMLElement, values: uPlot.Axis.Values): uPlot.Axis {
  const line = { stroke: ink(box, "line"), width: 1 };
  return { stroke: ink(box, "words"), font: `13px ${getComputedStyle(box).fontFamily}`, grid: line, ticks: line, values };
}

interface Mark {
  at: number;
  number: string;
}

/** Marks that would stand closer than `apart` are one, labelled from the first to the last, such as “3–5”. */
function groups(marks: Mark[], place: (at: number) => number, apart: number): { x: number; label: string }[] {
  const found: { x: number; label: string }[] = [];
  let first = "";
  for (const { at, number } of marks) {
    const x = place(at);
    const last = found.at(-1);
    if (last && x - last.x < apart) last.label = `${first}–${number}`;
    else {
      first = number;
      found.push({ x, label: number });
    }
  }
  return found;
}

/** The numbered moments of the table of marks, in their order. */
function marksOf(box: HTMLElement): Mark[] {
  const table = document.getElementById(box.dataset["marks"] ?? "");
  const rows = table ? [...table.querySelectorAll<HTMLElement>("[data-mark-at]")] : [];
  return rows.map((row) => ({ at: Number(row.dataset["markAt"]), number: row.dataset["mark"] ?? "" }));
}

/** Draws the lines across and the marks down, over the series. */
function lines(box: HTMLElement, across: number[], name: (value: number) => string): uPlot.Plugin {
  const marks = marksOf(box);
  const ends = (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${12 * ratio}px ${getComputedStyle(box).fontFamily}`;
    ctx.lineWidth = ratio;
    ctx.textBaseline = "bottom";
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.strokeStyle = ctx.fillStyle = ink(box, "limit");
    for (const value of across) {
      const y = Math.round(plot.valToPos(value, "y", true));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.textAlign = "right";
      ctx.fillText(name(value), bbox.left + bbox.width - 2 * ratio, y - 4 * ratio);
    }
    ctx.strokeStyle = ctx.fillStyle = ink(box, "words");
    ctx.textAlign = "left";
    for (const { x, label } of groups(marks, (at) => Math.round(plot.valToPos(at, "x", true)), 18 * ratio)) {
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(label, x + 3 * ratio, bbox.top + 14 * ratio);
    }
    ctx.restore();
  };
  return { hooks: { draw: ends } };
}

function draw(box: HTMLElement, table: HTMLTableElement): uPlot {
  const { data, names } = read(table);
  const locale = document.documentElement.lang;
  const zone = box.dataset["zone"] ?? "UTC";
  const count = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { notation: "compact" });
  const hour = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { timeZone: zone, day: "numeric", month: "short" });
  const rates = box.dataset["chart"] === "rates";
  const daily = rates || box.dataset["chart"] === "days";
  const across = (box.dataset["lines"] ?? "").split(" ").filter(Boolean).map(Number);
  const perCent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  const figure = (value: number): string => (rates ? perCent.format(value / 100) : count.format(value));
  const tick = (at: number): string => (daily || hour.format(at * 1000) === "00:00" ? day : hour).format(at * 1000);
  const when = (at: number): string => {
    const moment = new Date(at * 1000);
    return daily ? day.format(moment) : `${day.format(moment)}, ${hour.format(moment)}`;
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 64, 2] });
  const series = names.map((label, n): uPlot.Series => {
    const stroke = ink(box, INKS[n] ?? "words");
    const value = (_: uPlot, given: number | null): string => (given === null ? "–" : figure(given));
    return n || rates
      ? { label, value, stroke, width: 2, points: { show: true, size: 6, fill: stroke }, spanGaps: true }
      : { label, value, stroke, fill: stroke, width: 0, points: { show: false }, ...(bars && { paths: bars }) };
  });
  const gaps = [...data[0]].slice(1).map((at, n) => at - (data[0][n] ?? 0));
  const step = gaps.length ? Math.min(...gaps) : daily ? 86_400 : 3_600;
  const ends: [number, number] = [(data[0][0] ?? 0) - step / 2, (data[0].at(-1) ?? 0) + step / 2];
  return new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
      cursor: { drag: { x: false, y: false } },
      scales: { x: { range: ends }, y: { range: (_, __, most) => [0, Math.max(most ?? 0, ...(rates ? across : [1])) * 1.15] } },
      axes: [
        { ...axis(box, (_, ticks) => ticks.map(tick)), space: 64, ...(daily && { incrs: DAYS }) },
        { ...axis(box, (_, ticks) => ticks.map((at) => (rates ? figure(at) : short.format(at)))), incrs: rates ? PER_CENT : COUNTS, size: 56 },
      ],
      plugins: [lines(box, across, figure)],
      series: [{ label: box.dataset["when"] ?? "", value: (_, at) => (at === null ? "–" : when(at)) }, ...series],
    },
    data,
    box,
  );
}

for (const box of document.querySelectorAll<HTMLElement>("[data-chart]")) {
  const table = document.getElementById(box.dataset["table"] ?? "")?.querySelector("table");
  if (!table) continue;
  box.hidden = false;
  let plot = draw(box, table);
  new ResizeObserver(() => {
    if (Math.abs(box.clientWidth - plot.width) > 1) plot.setSize({ width: box.clientWidth, height: HEIGHT });
  }).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    plot.destroy();
    plot = draw(box, table);
  });
}
