/** How many pictures a second are looked at: more where one costs little, fewer under load.
 *
 * As `capture_agent/sampling/rate_control.py`. */

/** Of the time, spent on pictures beyond the usual number: nobody notices that much. */
const COMFORT = 0.05;
/** Of the time, spent on pictures at all: where the usual number takes more, it is lowered. More than
 * on a student's own system, where a run takes a third as long. [own] */
const LIMIT = 0.3;
const LEAST = 1;
/** Weight of the newest picture: a change of load shows within three seconds. */
const MEMORY = 0.2;

/** Pictures a second between one and `most`, `usual` until it is known what one costs. */
export class RateControl {
  private cost: number | null = null;

  constructor(
    private readonly usual: number,
    private readonly most: number,
  ) {}

  /** Learn that looking at one picture took so long, with whatever else was running. */
  took(seconds: number): void {
    if (seconds > 0) this.cost = (this.cost ?? seconds) + MEMORY * (seconds - (this.cost ?? seconds));
  }

  /** Pictures a second from now on; a whole number above one, to make all seconds alike. */
  get rate(): number {
    if (this.cost === null) return this.usual;
    const easy = Math.min(this.most, COMFORT / this.cost);
    const bearable = Math.min(this.usual, LIMIT / this.cost);
    const rate = Math.max(easy, bearable, Math.min(this.usual, LEAST));
    return rate > this.usual || rate > LEAST ? Math.floor(rate + 1e-9) : rate;
  }
}
