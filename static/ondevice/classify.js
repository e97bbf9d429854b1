// What a face expresses, by the service's model: its networks together, calibrated as its card says.

export class Classifier {
  constructor(run, model) {
    this.run = run;
    this.model = model;
  }

  // Seven probabilities of a gray chip.
  scores(chip) {
    const { input, parts, temperature, priors, prior_exponent: exponent } = this.model;
    const scale = Math.fround((input.high - input.low) / 255);
    const prepared = Float32Array.from(chip.data, (value) => value * scale + input.low);
    const logits = new Float64Array(this.model.labels.length);
    for (const part of parts) {
      const answer = this.run(part.name, prepared).find((output) => output.length === logits.length);
      logits.forEach((_, place) => { logits[place] += answer[place] / part.temperature / parts.length; });
    }
    const scaled = logits.map((logit, place) => logit / temperature - (exponent ? exponent * Math.log(priors[place]) : 0));
    return softmax(scaled);
  }
}

export function softmax(values) {
  const most = Math.max(...values);
  const powers = Array.from(values, (value) => Math.exp(value - most));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

export const argmax = (values) => values.indexOf(Math.max(...values));
