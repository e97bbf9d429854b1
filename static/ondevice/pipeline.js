// Everything that is done with a picture, in the order and by the rules of the service (fer_web/vision/analyzer.py).

import { Eyes } from "./blinks.js";
import { argmax, Classifier } from "./classify.js";
import { Detector } from "./detect.js";
import { Watched } from "./gaze.js";
import { height, width } from "./geometry.js";
import { Landmarker } from "./landmarker.js";
import { Mesh } from "./mesh.js";
import { People } from "./people.js";
import { poseOf } from "./pose.js";
import { qualityOf } from "./quality.js";
import { Gathered } from "./smooth.js";

export class Pipeline {
  #known = new Map(); // by track, what the steps remember

  // `run(name, input)` answers a network's outputs; `manifest` is the service's: its rules and its model.
  constructor(run, manifest) {
    const { rules, model } = manifest;
    Object.assign(this, { manifest, rules, model });
    this.classifier = new Classifier(run, model);
    this.people = new People(new Detector(run, rules.detect), new Landmarker(new Mesh(run, rules.mesh), rules, model.input), rules);
  }

  // What the service would answer for this picture of that time.
  see(picture, timeS) {
    const faces = this.people.see(picture, timeS).map((face) => this.#judged(face, picture, timeS));
    for (const [track, { seenS }] of this.#known) if (timeS - seenS > this.rules.FORGET_S) this.#known.delete(track);
    return { results: faces.map((face, place) => this.#shown(face, place)), image: { width: picture.width, height: picture.height } };
  }

  #judged(face, picture, timeS) {
    const known = this.#of(face.track, timeS);
    const scores = this.#scores(face, known, timeS);
    const pose = poseOf(face, this.rules.pose, picture);
    const found = { ...face, scores, pose, quality: qualityOf(picture, face.region, this.rules.quality), ...this.#moves(face) };
    found.blink = known.eyes.take(found, timeS, isTurned(pose, this.rules.values));
    found.gaze = known.watched.see(found, timeS, this.rules.values.MOST_GAZE_DEG);
    return found;
  }

  #of(track, timeS) {
    const made = this.#known.get(track) ?? { gathered: new Gathered(this.rules.smooth), eyes: new Eyes(this.rules), watched: new Watched(this.rules.gaze), chip: null, askedS: -Infinity };
    this.#known.set(track, made);
    made.seenS = timeS;
    return made;
  }

  // The network is asked about a new chip sixteen times a second.
  #scores(face, known, timeS) {
    const isDue = known.chip !== face.chip && timeS - known.askedS >= this.rules.classify.CLASSIFY_EVERY_S - 1e-6;
    if (isDue || !known.scores) Object.assign(known, { scores: this.classifier.scores(face.chip), chip: face.chip, askedS: timeS });
    return known.gathered.add(known.scores, timeS);
  }

  #moves({ movements }) {
    if (!movements) return { shut: null, isShut: false };
    const { PLACES, BLINK } = this.rules.movements;
    const mean = (names) => names.reduce((sum, name) => sum + movements[PLACES[name]], 0) / names.length;
    const between = ([one, other]) => mean(one) - mean(other);
    const shut = mean(BLINK);
    return { shut, isShut: shut >= this.rules.eyes.SHUT_MOVEMENT, look: this.rules.look.map(between), mean };
  }

  #because({ quality, pose, scores }) {
    if (quality.because) return quality.because;
    if (pose && Math.max(Math.abs(pose.yaw_deg), Math.abs(pose.pitch_deg)) > this.rules.judge.MOST_READ_DEG) return "turned";
    return Math.max(...scores) < this.model.uncertain_below ? "undecided" : null;
  }

  #shown(face, place) {
    const { labels } = this.model;
    const because = this.#because(face);
    const { because: poor, center, ...quality } = face.quality;
    const { count, last_time_s, last_duration_s, is_open, ...ratios } = face.blink ?? {};
    const moves = face.movements && Object.fromEntries(Object.entries(this.rules.moves).map(([name, names]) => [name, face.mean(names)]));
    return {
      face_id: place, track_id: face.track, face_confidence: face.confidence,
      region: { x: face.region.left, y: face.region.top, w: width(face.region), h: height(face.region) },
      dominant_emotion: labels[argmax(face.scores)], emotions: Object.fromEntries(labels.map((label, at) => [label, face.scores[at]])),
      uncertain: because !== null, uncertain_because: because,
      eyes: face.blink && { ...ratios, open: is_open }, blink: face.blink && { count, last_time_s, last_duration_s },
      quality: { ...quality, poor: poor !== null }, pose: face.pose, gaze: face.gaze, moves, landmarks: face.landmarks,
      movements: face.movements && Object.fromEntries(this.rules.movements.NAMES.map((name, at) => [name, face.movements[at]])),
    };
  }
}

const isTurned = (pose, { MOST_YAW_DEG, MOST_PITCH_DEG }) => Boolean(pose) && (Math.abs(pose.yaw_deg) > MOST_YAW_DEG || Math.abs(pose.pitch_deg) > MOST_PITCH_DEG);
