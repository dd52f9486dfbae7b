/** The correction of a wrong clock: how far this device's is from the server's.
 *
 * As `capture_agent/clock.py`. Times are milliseconds since the epoch. */

/** A clock further off than this is corrected. */
const TOLERATED_MS = 2000;
const WORTH_CHANGING_MS = 1000;
const SLOW_ANSWER_MS = 4000;

export class ClockCorrection {
  /** What is added to this device's time; zero while its clock is right. */
  offset = 0;

  /** Take in one answer. `sent` and `received` are this device's times around the request. */
  learn(serverTime: number, sent: number, received: number): void {
    const took = received - sent;
    if (!(took >= 0 && took <= SLOW_ANSWER_MS) || !Number.isFinite(serverTime)) return;
    const measured = serverTime - (sent + took / 2);
    const wanted = Math.abs(measured) > TOLERATED_MS ? Math.round(measured) : 0;
    if (Math.abs(wanted - this.offset) >= WORTH_CHANGING_MS) this.offset = wanted;
  }

  /** The corrected time. */
  correct(at: number): number {
    return at + this.offset;
  }
}
