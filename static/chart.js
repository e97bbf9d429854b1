// The last minute of one person: seven lines, told apart by color, dash and the name at their end.

import uPlot from "./vendor/uplot-1.6.32/uPlot.esm.js";
import { element, percent, svg, write } from "./dom.js";
import { COLORS, DASHES, EMOTIONS, WIDTHS } from "./palette.js";

const SPAN_S = 60;
const GAP_S = 1.5; // a person who was away longer gets a gap, not a line
const NOTHING = [[], ...EMOTIONS.map(() => [])];
const INK = "#a5b2ac";
const GRID = "#26312d";
const NAMED_FROM = 0.15; // lines above this are named at their end

export class MinuteChart {
  #people = new Map(); // track -> columns: seconds, then one of each expression
  #legend = new Map();

  constructor(node, legend) {
    this.node = node;
    this.#make();
    new ResizeObserver(() => this.#fit()).observe(node);
    for (const emotion of EMOTIONS) {
      const number = element("span", { textContent: "–" });
      const item = element("li", {}, mark(emotion), emotion, number);
      this.#legend.set(emotion, { item, number });
      legend.append(item);
    }
  }

  add(track, emotions, nowS) {
    if (!emotions) return;
    const columns = this.#people.get(track) ?? [[], ...EMOTIONS.map(() => [])];
    this.#people.set(track, columns);
    const lastS = columns[0].at(-1);
    if (lastS !== undefined && nowS - lastS > GAP_S) push(columns, lastS + 0.01, null);
    push(columns, nowS, emotions);
  }

  draw(track, emotions, nowS) {
    for (const [one, columns] of this.#people) {
      while (columns[0].length && columns[0][0] < nowS - SPAN_S - 1) for (const column of columns) column.shift();
      if (!columns[0].length) this.#people.delete(one);
    }
    const columns = this.#people.get(track) ?? NOTHING;
    this.plot.batch(() => {
      this.plot.setData(columns.map((column) => column.slice()), false);
      this.plot.setScale("x", { min: nowS - SPAN_S, max: nowS });
    });
    this.#showNumbers(emotions);
  }

  clear() {
    this.#people.clear();
    this.draw(null, null, performance.now() / 1000);
  }

  #make() {
    this.letterPx = letterPx();
    this.plot = new uPlot(options(this.node), NOTHING, this.node);
  }

  #fit() {
    if (this.letterPx === letterPx()) return this.plot.setSize(size(this.node));
    this.plot.destroy(); // its letters keep the size that they had
    this.#make();
  }

  #showNumbers(emotions) {
    const top = emotions ? EMOTIONS.reduce((best, one) => (emotions[one] > emotions[best] ? one : best)) : null;
    for (const [emotion, { item, number }] of this.#legend) {
      write(number, emotions ? percent(emotions[emotion]) : "–");
      item.toggleAttribute("data-top", emotion === top);
    }
  }
}

function push(columns, seconds, emotions) {
  columns[0].push(seconds);
  EMOTIONS.forEach((emotion, place) => columns[place + 1].push(emotions ? emotions[emotion] : null));
}

const size = (node) => ({ width: Math.max(120, node.clientWidth), height: Math.max(80, node.clientHeight) });

function mark(emotion) {
  const line = svg("line", { x1: 0, x2: 32, y1: 7, y2: 7, stroke: COLORS[emotion], "stroke-width": WIDTHS[emotion], "stroke-dasharray": DASHES[emotion].join(" ") });
  return svg("svg", { viewBox: "0 0 32 14", "aria-hidden": "true" }, line);
}

// Letters grow with the page's.
const letterPx = () => 0.75 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
const fontOf = (weight, scale = 1) => `${weight} ${letterPx() * scale}px ${getComputedStyle(document.body).fontFamily}`;

// On a narrow page the legend has to do.
const hasNames = (node) => node.clientWidth >= 460;

function options(node) {
  const font = fontOf("400");
  const em = letterPx();
  const axis = { stroke: INK, font, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID, width: 1 } };
  return {
    ...size(node),
    legend: { show: false },
    cursor: { show: false },
    padding: [0.8 * em, () => (hasNames(node) ? 6 * em : 16), 0, 0],
    scales: { x: { time: false, auto: false }, y: { auto: false, range: [0, 1] } },
    axes: [
      { ...axis, size: 2.4 * em, splits: (plot) => [-60, -45, -30, -15, 0].map((ago) => plot.scales.x.max + ago), values: (plot, places) => places.map((place) => { const ago = Math.round(plot.scales.x.max - place); return ago ? `−${ago} s` : "now"; }) },
      { ...axis, size: 4.4 * em, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, shares) => shares.map(percent) },
    ],
    series: [{}, ...EMOTIONS.map((emotion) => ({ label: emotion, stroke: COLORS[emotion], width: WIDTHS[emotion], dash: DASHES[emotion], points: { show: false } }))],
    hooks: { draw: [drawNames] },
  };
}

// The names of the lines that stand out, at their ends, never one over another.
function drawNames(plot) {
  if (!hasNames(plot.root)) return;
  const { ctx, data } = plot;
  const ends = EMOTIONS.map((emotion, place) => ({ emotion, share: data[place + 1].at(-1) })).filter((end) => end.share >= NAMED_FROM);
  const height = 1.2 * letterPx() * devicePixelRatio;
  let free = -Infinity;
  ctx.save();
  ctx.font = fontOf("600", devicePixelRatio);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { emotion, share } of ends.sort((a, b) => b.share - a.share)) {
    const y = Math.max(plot.valToPos(share, "y", true), free);
    ctx.fillStyle = COLORS[emotion];
    ctx.fillText(emotion, plot.bbox.left + plot.bbox.width + 6 * devicePixelRatio, y);
    free = y + height;
  }
  ctx.restore();
}
