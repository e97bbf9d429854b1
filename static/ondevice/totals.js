// Sums of one person over a part of a practice (fer_web/reports/measures.py and totals.py), by the names of summary.json.

export class Totals {
  seenS = 0;
  certainS = 0;
  mixedS = 0;
  unreadableS = 0;
  judgedS = 0;
  gazedS = 0;
  lookedS = 0;
  posedS = 0;
  facedS = 0;
  mouthS = 0;
  blinks = 0;
  measuredS = 0;
  brightness = 0; // means times seconds, as the next two
  sharpness = 0;
  size = 0;

  constructor(rules) {
    this.rules = rules;
    this.shownS = Object.fromEntries(rules.emotions.map((emotion) => [emotion, 0]));
    this.scores = { ...this.shownS };
  }

  // Some seconds that a reading stands for.
  add(reading, seconds) {
    this.seenS += seconds;
    this.#addExpression(reading, seconds);
    this.#addGaze(reading, seconds);
    if (reading.eyes_open !== null) this.judgedS += seconds;
    if (reading.smile !== null) this.mouthS += seconds;
    if (reading.brightness === null || reading.sharpness === null || reading.size_px === null) return;
    this.measuredS += seconds;
    this.brightness += reading.brightness * seconds;
    this.sharpness += reading.sharpness * seconds;
    this.size += reading.size_px * seconds;
  }

  #addExpression(reading, seconds) {
    const { emotions, values, measures } = this.rules;
    if (reading.poor || turnOf(reading) > values.MOST_GAZE_DEG) {
      this.unreadableS += seconds;
      return;
    }
    if (!reading.uncertain) this.certainS += seconds;
    for (const emotion of emotions) this.scores[emotion] += reading[emotion] * seconds;
    const ordered = emotions.toSorted((one, other) => reading[other] - reading[one]);
    if (reading[ordered[0]] - reading[ordered[1]] < measures.MIXED_WITHIN) this.mixedS += seconds;
    else this.shownS[ordered[0]] += seconds;
  }

  #addGaze(reading, seconds) {
    const { values, FACING_DEG } = this.rules;
    const isAside = reading.looks_at_camera === null && Math.abs(reading.yaw_deg ?? 0) > values.MOST_GAZE_DEG;
    if (isAside || reading.looks_at_camera !== null) this.gazedS += seconds;
    if (reading.looks_at_camera) this.lookedS += seconds;
    if (reading.yaw_deg === null || reading.pitch_deg === null) return;
    this.posedS += seconds;
    if (Math.hypot(reading.yaw_deg, reading.pitch_deg) <= FACING_DEG) this.facedS += seconds;
  }

  get json() {
    const { LEAST_FOR_RATE_S, LEAST_READ_S } = this.rules.totals;
    const readS = this.seenS - this.unreadableS;
    return {
      seen_s: rounded(this.seenS),
      certain_s: rounded(this.certainS),
      mean_emotions: readS > LEAST_READ_S ? each(this.scores, readS) : null,
      dominant_emotion_shares: this.seenS ? each(this.shownS, this.seenS) : null,
      mixed_share: share(this.mixedS, this.seenS),
      unreadable_share: share(this.unreadableS, this.seenS),
      blink_count: this.blinks,
      blinks_per_min: this.judgedS >= LEAST_FOR_RATE_S ? rounded((60 * this.blinks) / this.judgedS) : null,
      eyes_judged_s: rounded(this.judgedS),
      looked_share: share(this.lookedS, this.gazedS),
      gaze_judged_s: rounded(this.gazedS),
      faced_share: share(this.facedS, this.posedS),
      pose_known_s: rounded(this.posedS),
      mouth_known_s: rounded(this.mouthS),
      light: this.measuredS ? { brightness: share(this.brightness, this.measuredS), sharpness: share(this.sharpness, this.measuredS), size_px: share(this.size, this.measuredS) } : null,
    };
  }
}

export const rounded = (value) => Number(value.toFixed(4));
const share = (part, whole) => (whole > 0 ? rounded(part / whole) : null);
const each = (sums, whole) => Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, share(sum, whole)]));
const turnOf = ({ yaw_deg, pitch_deg }) => Math.max(Math.abs(yaw_deg ?? 0), Math.abs(pitch_deg ?? 0));
