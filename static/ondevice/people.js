// Finds and follows everybody in a stream of pictures, under numbers that stay theirs (fer_web/vision/people.py).

import { lookOf } from "./appearance.js";
import { areaOf, clipped, iou } from "./geometry.js";
import { isPlausible, Person } from "./person.js";

export class People {
  #people = [];
  #lost = [];
  #nextId = 1;
  #searchedS = -Infinity;
  #lostS = -Infinity;
  #size = "";

  constructor(detector, landmarker, rules) {
    Object.assign(this, { detector, landmarker, rules });
  }

  // The faces in the next picture, largest first.
  see(picture, timeS) {
    const size = `${picture.width} ${picture.height}`;
    if (size !== this.#size) {
      this.#people = this.#lost = [];
      this.#size = size;
      this.#searchedS = -Infinity;
    }
    this.#lost = this.#lost.filter((person) => timeS - person.markedS <= this.rules.people.REMEMBER_S);
    const isDue = this.#isDue(timeS);
    const isComplete = this.#follow(picture, timeS);
    if (isDue || (!isComplete && timeS - this.#searchedS >= this.rules.people.SEARCH_EVERY_S / 2)) {
      this.#searchedS = timeS;
      this.#settle(picture, timeS, this.detector.find(picture));
    }
    const ordered = this.#people.toSorted((a, b) => areaOf(b.face.region) - areaOf(a.face.region) || a.id - b.id);
    return ordered.map((person) => ({ ...person.face, track: person.id }));
  }

  #isDue(timeS) {
    const { SEARCH_FOR_S, SEARCH_EVERY_S, DETECT_EVERY_S } = this.rules.people;
    const isSearching = !this.#people.length || timeS - this.#lostS <= SEARCH_FOR_S;
    return timeS - this.#searchedS >= (isSearching ? SEARCH_EVERY_S : DETECT_EVERY_S) - 1e-6;
  }

  // Finds those who are due where they should be by now; whether nobody was lost.
  #follow(picture, timeS) {
    const gone = [];
    for (const person of this.#due(timeS)) {
      const face = this.#foundAgain(picture, person, timeS);
      if (face) person.renew(face, timeS);
      else gone.push(person);
    }
    gone.push(...this.#people.filter((person) => !gone.includes(person) && this.#yields(person)));
    this.#lose(gone, timeS);
    return !gone.length;
  }

  // The oldest first: all in turn, each often enough.
  #due(timeS) {
    const { MARK_EVERY_S, MARKS_PER_S, OLDEST_MARK_S, MARKS_AT_ONCE } = this.rules.people;
    const pauseS = Math.min(Math.max(MARK_EVERY_S, this.#people.length / MARKS_PER_S), OLDEST_MARK_S);
    const due = this.#people.filter((person) => timeS - person.markedS >= pauseS).sort((a, b) => a.markedS - b.markedS);
    return due.filter((person, place) => place < MARKS_AT_ONCE || timeS - person.markedS >= OLDEST_MARK_S);
  }

  #foundAgain(picture, person, timeS) {
    const expected = person.expected(timeS);
    if (!clipped(expected.region, picture)) return null;
    const marked = expected.mesh && this.landmarker.goOn(picture, expected);
    if (marked && isPlausible(marked.region, expected.region, picture)) return marked;
    const near = this.detector.near(picture, expected.region);
    if (!near) return null;
    if (!expected.mesh && timeS - person.triedS < this.rules.people.RETRY_S) return this.landmarker.roughly(picture, near);
    person.triedS = timeS;
    return this.landmarker.begin(picture, near, 0);
  }

  // Gives every detection to its track, to somebody who was lost, or to a newcomer; ends tracks of no face.
  #settle(picture, timeS, found) {
    const pairs = bestPairs(this.#people, found, (person, face) => person.overlap(face));
    for (const [person, face] of pairs) this.#confirm(picture, person, face);
    const missed = this.#people.filter((person) => !pairs.has(person));
    this.#lose(missed.filter((person) => this.#isGone(picture, person)), timeS);
    const taken = new Set(pairs.values());
    this.#welcome(picture, timeS, found.filter((face) => !taken.has(face)));
  }

  #confirm(picture, person, { confidence }) {
    person.misses = 0;
    person.face = { ...person.face, confidence };
    person.remember(picture);
  }

  // Whether the detector sees nothing there, looking closely, for the second time.
  #isGone(picture, person) {
    const near = this.detector.near(picture, person.face.region);
    if (near && person.overlap(near)) {
      person.misses = 0;
      person.face = { ...person.face, confidence: near.confidence };
      return false;
    }
    person.misses += 1;
    return person.misses >= this.rules.people.MOST_MISSES;
  }

  #welcome(picture, timeS, newcomers) {
    const apart = newcomers.filter((face) => !this.#people.some((person) => person.overlap(face)));
    const marked = apart.map((face) => this.landmarker.begin(picture, face)).filter(Boolean);
    const looks = new Map(marked.map((face) => [face, lookOf(picture, face.region)]));
    const returning = bestPairs(this.#lost, marked, (person, face) => person.resemblance(face, looks.get(face), timeS));
    const known = new Map([...returning].map(([person, face]) => [face, person]));
    for (const face of marked) {
      const person = known.get(face) ?? new Person(this.#nextId++, face, timeS, this.rules.person);
      Object.assign(person, { face, markedS: timeS, speed: [0, 0], misses: 0 });
      person.remember(picture);
      this.#people = [...this.#people, person];
    }
    this.#lost = this.#lost.filter((person) => !this.#people.includes(person));
  }

  #lose(gone, timeS) {
    if (!gone.length) return;
    this.#lostS = timeS;
    this.#people = this.#people.filter((person) => !gone.includes(person));
    this.#lost = [...this.#lost, ...gone].slice(-this.rules.people.MOST_REMEMBERED);
  }

  // Whether they have run onto the face of somebody else, who looks more like themselves there.
  #yields(person) {
    return this.#people.some((other) => {
      if (other === person || iou(person.face.region, other.face.region) < this.rules.people.SAME_FACE_IOU) return false;
      return person.alike < other.alike || (person.alike === other.alike && person.id > other.id);
    });
  }
}

// One-to-one pairs by their scores, the highest first; those that score 0 are left out.
function bestPairs(rows, columns, score) {
  const all = rows.flatMap((row) => columns.map((column) => ({ row, column, score: score(row, column) })));
  const pairs = new Map();
  const taken = new Set();
  for (const { row, column, score: worth } of all.sort((a, b) => b.score - a.score)) {
    if (worth <= 0 || pairs.has(row) || taken.has(column)) continue;
    pairs.set(row, column);
    taken.add(column);
  }
  return pairs;
}
