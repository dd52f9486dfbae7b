/** A personal baseline: ten seconds of looking at the screen; from them a face is learned.
 *
 * As `capture_agent/sampling/baseline.py`. */

import type { EventKind } from '../contract/types';

const SECONDS = 10;

/** Marks the ten seconds by events. They begin with the first picture that shows the face. */
export class Baseline {
  private began: number | null = null;

  constructor(private wanted: boolean) {}

  /** What this picture's moment is for the baseline: its start, its end or neither. */
  at(monotonic: number, hasFace: boolean): EventKind | null {
    if (this.began !== null) return monotonic - this.began >= SECONDS ? this.interrupt() : null;
    if (!this.wanted || !hasFace) return null;
    this.began = monotonic;
    return 'baseline_start';
  }

  /** The end, where it is under way; a pause or a lost camera ends it early, for good. */
  interrupt(): EventKind | null {
    if (this.began === null) return null;
    this.began = null;
    this.wanted = false;
    return 'baseline_end';
  }
}
