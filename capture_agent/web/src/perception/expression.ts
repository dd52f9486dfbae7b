/** Expression prediction: a face's crop in, calibrated probabilities of the seven looks out.
 *
 * As `models/inference/predictor.py`. */

import { LOOKS } from '../contract/types';
import { SIDE } from './crops';
import type { Network } from './networks';

/** A quantised softmax says 0 for all that is below half its step: taken for the middle, a quarter. */
const QUARTER_STEP = 2 ** -10;

/** What the server says of the model: its id, and whether its file is quantised. */
export interface ModelFacts {
  id: string;
  precision: string;
}

export class Predictor {
  constructor(
    private readonly network: Network,
    readonly facts: ModelFacts,
  ) {}

  /** The seven probabilities of the crowd's look, which is what the model answers first. */
  async predict(crop: Uint8Array): Promise<number[]> {
    if (crop.length !== SIDE * SIDE) throw new Error(`a crop must be ${SIDE} × ${SIDE}`);
    const [answers] = await this.network.run(Float32Array.from(crop));
    const least = this.facts.precision === 'int8' ? QUARTER_STEP : 0;
    const lifted = LOOKS.map((_, i) => Math.max(answers[i], least));
    const sum = lifted.reduce((total, value) => total + value, 0);
    return lifted.map((value) => value / sum);
  }
}
