// How much somebody speaks while they answer, and where they pause.

// Silero's own: speech begins at one half, and ends below 0.35.
const BEGINS = 0.5;
const ENDS = 0.35;
// Shorter silences belong to speaking; a listener notices a second.
const PAUSE_S = 1;

export class Speaking {
  #isSpeech = false;
  #heardS = 0;
  #speechS = 0;
  #silenceS = 0; // since the last speech
  #firstS = null;
  #pauses = [];

  // The probability that some milliseconds of sound are speech.
  add(probability, ms) {
    const seconds = ms / 1000;
    this.#isSpeech = probability >= (this.#isSpeech ? ENDS : BEGINS);
    if (this.#isSpeech) {
      this.#firstS ??= this.#heardS;
      if (this.#speechS && this.#silenceS >= PAUSE_S) this.#pauses.push({ start_s: this.#heardS - this.#silenceS, seconds: this.#silenceS });
      this.#speechS += seconds;
      this.#silenceS = 0;
    } else {
      this.#silenceS += seconds;
    }
    this.#heardS += seconds;
  }

  // `share` is null where nothing was heard, `first_s` when the first word came, where there was one. What comes before
  // the first word and after the last one is no pause.
  get result() {
    const longest = this.#pauses.reduce((best, one) => (one.seconds > (best?.seconds ?? 0) ? one : best), null);
    return { share: this.#heardS ? this.#speechS / this.#heardS : null, first_s: this.#firstS, pauses: this.#pauses.length, longest };
  }
}
