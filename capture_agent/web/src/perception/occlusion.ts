/** A covered or black camera: it gives pictures, but there is nothing to see in them.
 *
 * As `capture_agent/perception/occlusion.py`. */

import { areaResized, grey, type Picture } from './picture';

/** Averaged down to this, the noise of a dark sensor is gone and what it looks at is left. */
const SMALL = [64, 48] as const;
const DARK = 10;
const EVEN = 3;
const PATIENCE_S = 3;

/** Whether the picture is almost black, or the same all over as behind a finger or a sticker. */
export function showsNothing(picture: Picture): boolean {
  const values = grey(areaResized(picture, ...SMALL));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean < DARK || Math.sqrt(spread) < EVEN;
}

/** Tells a covered camera from a hand that passes: three seconds of nothing make it covered. */
export class OcclusionWatch {
  private since: number | null = null;
  private covered = false;

  /** Whether the camera counts as covered, now that it gave this picture. */
  look(picture: Picture, hasFace: boolean, monotonic: number): boolean {
    if (hasFace || !showsNothing(picture)) {
      this.since = null;
      this.covered = false;
    } else {
      this.since ??= monotonic;
      this.covered ||= monotonic - this.since >= PATIENCE_S;
    }
    return this.covered;
  }

  /** Pictures have been interrupted: what was before says nothing about what comes. */
  reset(): void {
    this.since = null;
  }
}
