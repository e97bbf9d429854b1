// Where somebody looks: the head's pose, and the eyes' place in it by their movements (fer_web/vision/gaze.py).

const RADIANS = Math.PI / 180;

export class Watched {
  #gazes;
  #usual = [0, 0];
  #takenS = -Infinity;
  #looked = false;

  constructor(rules) {
    this.rules = rules;
    this.#gazes = rules.FIRST_GAZES.slice();
  }

  // The gaze with whether it is at the camera; null while the eyes are shut.
  see(face, timeS, mostDeg) {
    const gaze = face.pose && face.movements && face.blink?.is_open !== false && !face.isShut ? turned(face, this.rules) : null;
    if (!gaze || Math.abs(face.pose.yaw_deg) > mostDeg) return gaze && { ...gaze, looks_at_camera: null };
    this.#learn(gaze, timeS);
    this.#looked = apart(gaze, this.#usual) <= (this.#looked ? this.rules.LEAVE_DEG : this.rules.ENTER_DEG);
    return { ...gaze, looks_at_camera: this.#looked };
  }

  #learn(gaze, timeS) {
    const passedS = timeS - this.#takenS;
    if ((passedS >= 0 && passedS < this.rules.EVERY_S) || apart(gaze, [0, 0]) > this.rules.NEAR_DEG) return;
    this.#takenS = timeS;
    this.#gazes.push([gaze.yaw_deg, gaze.pitch_deg]);
    if (this.#gazes.length > this.rules.MOST_GAZES) this.#gazes.shift();
    this.#usual = [0, 1].map((axis) => median(this.#gazes.map((one) => one[axis])));
  }
}

function turned({ look: [aside, up], pose }, rules) {
  const [yaw, pitch] = [rules.EYES_ASIDE_DEG * aside, rules.EYES_UP_DEG * (up - rules.LEVEL_EYES)];
  const [cosine, sine] = [Math.cos(pose.roll_deg * RADIANS), Math.sin(pose.roll_deg * RADIANS)];
  return { yaw_deg: pose.yaw_deg + yaw * cosine + pitch * sine, pitch_deg: pose.pitch_deg + pitch * cosine - yaw * sine };
}

const apart = (gaze, usual) => Math.hypot(gaze.yaw_deg - usual[0], gaze.pitch_deg - usual[1]);

function median(values) {
  const ordered = values.toSorted((a, b) => a - b);
  const half = ordered.length / 2;
  return (ordered[Math.ceil(half) - 1] + ordered[Math.floor(half)]) / 2;
}
