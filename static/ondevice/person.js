// One person in a stream of pictures: where they should be by now, and whether a face is theirs (fer_web/vision/person.py).

import { likeness, lookOf, sharedColors } from "./appearance.js";
import { center, distance, iou, moved, roundEven, width } from "./geometry.js";

export class Person {
  misses = 0;
  speed = [0, 0];
  look = null;
  chip = null;
  triedS = -Infinity;

  constructor(id, face, markedS, rules) {
    Object.assign(this, { id, face, markedS, rules });
  }

  // Their face, moved on to where it should be by now, at most half a width.
  expected(timeS) {
    const passedS = timeS - this.markedS;
    if (passedS <= this.rules.STILL_S) return this.face;
    const limit = width(this.face.region) / 2;
    const [dx, dy] = this.speed.map((speed) => roundEven(Math.min(Math.max(speed * passedS, -limit), limit)));
    return dx || dy ? shifted(this.face, dx, dy) : this.face;
  }

  renew(face, timeS) {
    const passedS = timeS - this.markedS;
    if (passedS > 0 && passedS < 1) {
      const [before, now] = [center(this.face.region), center(face.region)];
      this.speed = this.speed.map((speed, axis) => speed + this.rules.SPEED_WEIGHT * ((now[axis] - before[axis]) / passedS - speed));
    }
    Object.assign(this, { face, markedS: timeS });
  }

  // How they look now, to know them again.
  remember(picture) {
    const look = lookOf(picture, this.face.region);
    if (look) this.look = this.look ? this.look.map((share, place) => share + this.rules.LOOK_WEIGHT * (look[place] - share)) : look;
    this.chip = this.face.chip ?? this.chip;
  }

  overlap(found) {
    const shared = iou(this.face.region, found.region);
    return shared >= this.rules.MATCH_IOU ? shared : 0;
  }

  // How much their face still looks like the one that was last detected.
  get alike() {
    return likeness(this.chip, this.face.chip);
  }

  // How surely a detection is this person, who was lost; 0: not.
  resemblance(face, look, timeS) {
    if (!this.look || !look) return 0;
    const { KNOWN_COLORS, MOST_GROWTH, LONG_AWAY_S, KNOWN_LATER } = this.rules;
    const colors = sharedColors(this.look, look);
    const likely = Math.max(0, likeness(this.chip, face.chip));
    const awayS = Math.max(0, timeS - this.markedS);
    const [before, now, wide] = [center(this.face.region), center(face.region), width(this.face.region)];
    const reached = before.map((value, axis) => value + this.speed[axis] * Math.min(awayS, 1));
    const apart = Math.min(distance(reached, now), distance(before, now)) / wide;
    const ratio = width(face.region) / wide;
    if (colors < KNOWN_COLORS || ratio <= 1 / MOST_GROWTH || ratio >= MOST_GROWTH || apart > 1.5 + 2 * awayS) return 0;
    if (awayS > LONG_AWAY_S && colors + likely < KNOWN_LATER) return 0;
    return colors + likely + 0.5 / (1 + apart);
  }
}

// Whether a followed face kept its size, stayed near its place, and has its middle in the picture.
export function isPlausible(region, expected, picture) {
  const [x, y] = center(region);
  const ratio = width(region) / width(expected);
  const isInside = x >= 0 && x < picture.width && y >= 0 && y < picture.height;
  return isInside && distance([x, y], center(expected)) < width(expected) * 0.6 && ratio > 0.6 && ratio < 1.6;
}

function shifted(face, dx, dy) {
  const points = (some) => some && some.map(([x, y, ...depth]) => [x + dx, y + dy, ...depth]);
  const { region, anchors, five, landmarks, mesh } = face;
  return { ...face, region: moved(region, dx, dy), anchors: points(anchors), five: points(five), landmarks: points(landmarks), mesh: points(mesh) };
}
