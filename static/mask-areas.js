// The areas of a mask while they are drawn: corners in hundredths of the picture, closed areas and the one being drawn.

const MOST_UNDOS = 100;
const RECTANGLE = [[40, 40], [60, 40], [60, 60], [40, 60]];

const within = (value) => Math.round(100 * Math.min(100, Math.max(0, value))) / 100;
const copy = (list) => list.map((area) => area.map((corner) => [...corner]));
export const corners = (area) => area.map(([x, y]) => `${x},${y}`).join(" ");

// The corners that somebody typed, as 10,20 40,20 40,60; null when they are none.
export function typed(text) {
  const numbers = text.split(/[\s,;]+/).filter(Boolean).map(Number);
  const isRight = numbers.length >= 6 && numbers.length % 2 === 0 && numbers.every((one) => one >= 0 && one <= 100);
  return isRight ? numbers.flatMap((one, index) => (index % 2 ? [] : [[within(one), within(numbers[index + 1])]])) : null;
}

export class Areas {
  #past = [];
  closed = [];
  open = [];

  constructor(most, mostCorners) {
    this.most = most;
    this.mostCorners = mostCorners;
  }

  get all() { return this.open.length ? [...this.closed, this.open] : this.closed; }
  get isFull() { return this.all.length >= this.most; }
  get canUndo() { return this.#past.length > 0; }
  get shares() { return this.closed.map((area) => area.map(([x, y]) => [x / 100, y / 100])); }

  take(polygons) {
    this.closed = polygons.map((area) => area.map(([x, y]) => [within(100 * x), within(100 * y)]));
    this.open = [];
    this.#past = [];
  }

  remember() {
    this.#past.push([copy(this.closed), [...this.open]]);
    if (this.#past.length > MOST_UNDOS) this.#past.shift();
  }

  undo() {
    [this.closed, this.open] = this.#past.pop() ?? [this.closed, this.open];
  }

  // Each answers a sentence when it cannot be done.
  add([x, y]) {
    if (!this.open.length && this.isFull) return this.#full();
    if (this.open.length >= this.mostCorners) return `An area has at most ${this.mostCorners} corners: close it.`;
    this.open = [...this.open, [within(x), within(y)]];
  }

  close() {
    this.closed = [...this.closed, this.open];
    this.open = [];
  }

  addRectangle() {
    if (this.isFull) return this.#full();
    this.closed = [...this.closed, copy([RECTANGLE])[0]];
  }

  replace(number, area) {
    if (area.length > this.mostCorners) return `An area has at most ${this.mostCorners} corners.`;
    this.closed = this.closed.with(number, area);
  }

  remove(number) {
    this.closed = this.closed.toSpliced(number, 1);
  }

  move(number, place, [x, y]) {
    const area = number < this.closed.length ? this.closed[number] : this.open;
    area[place] = [within(x), within(y)];
  }

  #full() {
    return `A mask has at most ${this.most} areas: delete one first.`;
  }
}
