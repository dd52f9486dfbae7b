/** Seconds as they are counted while capturing: which pictures of each are looked at.
 *
 * As `capture_agent/sampling/seconds.py`. Times are seconds on the monotonic clock, so that a step of
 * the wall clock neither doubles nor drops one. */

const GRACE_S = 5e-4;

export class Seconds {
  private rate: number;
  private nextRate: number;
  private begin: number | null = null;
  private anchor = 0;
  private askedIn = 0;
  private slot = -1;

  constructor(picturesPerSecond: number) {
    this.rate = this.nextRate = picturesPerSecond;
  }

  /** Look at so many pictures a second, from the next second on. */
  setRate(picturesPerSecond: number): void {
    this.nextRate = picturesPerSecond;
  }

  /** Whether to look at the picture of this moment: the first in each n-th of a second. */
  wants(monotonic: number): boolean {
    const into = this.sinceBegin(monotonic);
    const second = Math.floor(into);
    if (this.rate !== this.nextRate && second > this.askedIn) {
      [this.rate, this.anchor, this.slot] = [this.nextRate, second, -1];
    }
    this.askedIn = second;
    const slot = Math.floor((into - this.anchor) * this.rate);
    if (slot <= this.slot) return false;
    this.slot = slot;
    return true;
  }

  /** Which second that moment is in, and how long after its beginning. */
  of(monotonic: number): { index: number; into: number } {
    const into = this.sinceBegin(monotonic);
    const index = Math.floor(into);
    return { index, into: Math.max(0, into - index - GRACE_S) };
  }

  /** What comes next begins a second of its own. */
  restart(): void {
    this.begin = null;
    this.slot = -1;
    this.anchor = this.askedIn = 0;
  }

  private sinceBegin(monotonic: number): number {
    this.begin ??= monotonic;
    return monotonic - this.begin + GRACE_S;
  }
}
