// One person's eyes, and how often they have blinked (fer_web/vision/blink.py).

import { likeness } from "./appearance.js";
import { BlinkDetector } from "./blink-detector.js";
import { areEyesPlausible, anchorsOf, eyeAspectRatios, eyeDistance, OpenLevel } from "./eyes.js";
import { distance, mean } from "./geometry.js";

export class Eyes {
  blink = null;
  #before = null;
  #timeS = -Infinity;

  constructor(rules) {
    this.rules = rules;
    this.detector = new BlinkDetector(rules.blink.MESH_RULES, rules);
    this.usualPitch = new OpenLevel(rules.blink.USUAL_PERCENTILE, rules.blink.USUAL_WINDOW_S, rules.baseline);
  }

  // The state after a face's next picture; a face that nobody has looked at anew keeps its state.
  take(face, timeS, isTurned) {
    if (!face.landmarks) return this.blink && { ...this.blink, left_eye_aspect_ratio: null, right_eye_aspect_ratio: null, is_open: null };
    if (this.blink && face.landmarks === this.#before?.landmarks) return this.blink;
    const [left, right] = eyeAspectRatios(face.landmarks);
    const isSeen = areEyesPlausible(face.landmarks, this.rules.eyes) && !isTurned;
    const movement = face.shut ?? null;
    this.detector.feed(timeS, left, right, isSeen && !this.#isCut(face, timeS), movement);
    const { count, last } = this.detector;
    this.blink = {
      left_eye_aspect_ratio: left, right_eye_aspect_ratio: right, is_open: this.#isOpen(movement, face.pose, timeS),
      count, last_time_s: last?.lowestS ?? null, last_duration_s: last?.durationS ?? null,
    };
    this.#before = face;
    this.#timeS = timeS;
    return this.blink;
  }

  // Whether this cannot be the picture that follows: the face jumped, grew, shrank or changed.
  #isCut(face, timeS) {
    const { FASTEST, MOST_GROWTH, LIKE_FOR_S, LEAST_LIKENESS } = this.rules.blink;
    const [passedS, before] = [timeS - this.#timeS, this.#before];
    if (!before || passedS <= 0) return false;
    const [size, sizeBefore] = [eyeDistance(face.landmarks), eyeDistance(before.landmarks)];
    const way = distance(mean(anchorsOf(before.landmarks)), mean(anchorsOf(face.landmarks)));
    if (way / size / passedS > FASTEST || size >= sizeBefore * MOST_GROWTH || sizeBefore >= size * MOST_GROWTH) return true;
    return passedS <= LIKE_FOR_S && likeness(before.chip, face.chip) < LEAST_LIKENESS;
  }

  #isOpen(movement, pose, timeS) {
    let isBowed = false;
    if (pose) {
      this.usualPitch.add(timeS, pose.pitch_deg);
      isBowed = pose.pitch_deg < this.usualPitch.value - this.rules.blink.BOWED_DEG;
    }
    if (this.detector.isOpen !== false) return this.detector.isOpen;
    return isBowed ? null : movement !== null && movement < this.rules.eyes.SHUT_MOVEMENT;
  }
}
