/** Delivery: what empties the outbox into the server, however long that takes.
 *
 * As `capture_agent/delivery/sender.py`: only what the server answered for leaves the outbox; what can
 * pass is tried again with full jitter under a ceiling; what cannot pass ends the delivery. */

import { type Ask, type BatchAnswer, MAX_BATCH } from '../contract/types';
import { type Item, type Kind, type Outbox, OutboxFullError } from './outbox';
import type { Session } from './session';
import { DeliveryError, NotAcceptedError, RefusedError, type Transport } from './transport';

const KINDS: Kind[] = ['observations', 'events'];
const FIRST_WAIT_S = 0.5;
const CEILING_S = 30;
const FIRST_LOOK_S = 0.25;
const EVERY_S = 2;

/** `broken`: the outbox itself cannot be used. */
export type State = 'sending' | 'retrying' | 'ended' | 'refused' | 'broken';

/** What delivery has to say, at one moment. */
export interface Progress {
  state: State;
  accepted: number;
  duplicate: number;
  rejected: number;
  reasons: Record<string, number>;
  lost: number;
  /** the server's own words, where it refused */
  message: string;
  status: number | null;
  admitted: boolean;
  ask: Ask | null;
}

export function over(progress: Progress): boolean {
  return ['ended', 'refused', 'broken'].includes(progress.state);
}

type Errand = () => Promise<void>;

/** Empties one participant's part of the outbox under their token. */
export class Delivery {
  progress: Progress = {
    state: 'sending', accepted: 0, duplicate: 0, rejected: 0, reasons: {}, lost: 0,
    message: '', status: null, admitted: true, ask: null,
  };
  private limit = MAX_BATCH;
  private failures = 0;
  private toldToWait = false;
  private readonly errands: Errand[] = [];
  private wake: () => void = () => undefined;
  private stopping = false;
  private running: Promise<void> | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly transport: Transport,
    private readonly session: Session,
    private readonly now: () => number,
    private readonly onChange: () => void,
  ) {}

  start(): void {
    if (this.running === null) this.keepAt(this.run());
  }

  private keepAt(work: Promise<void>): void {
    this.running = work.finally(() => {
      this.running = null;
    });
  }

  /** Have `errand` done soon, never beside a sending; one that cannot reach the server is tried again.
   * Who has stopped may still see, delete and take back what was sent. */
  runErrand(errand: Errand): void {
    this.errands.push(errand);
    this.start();
    this.nudge();
  }

  /** The outbox cannot be used any more. */
  fail(error: unknown): void {
    this.report({ state: 'broken', message: String(error) });
  }

  /** Look at the outbox now, unless the server asked to wait. */
  nudge(): void {
    if (!this.toldToWait) this.wake();
  }

  /** The network is back: do not wait out what was waited for without it. */
  reachable(): void {
    this.failures = 0;
    this.nudge();
  }

  /** Stop after the request under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
    this.stopping = false;
  }

  /** After `stop`: send what still waits, for a moment; one failure ends it. */
  async drain(): Promise<void> {
    this.keepAt(this.round().then(() => this.onChange()));
    await this.running;
    if (this.errands.length) this.start();
  }

  private async run(): Promise<void> {
    while (!this.stopping && !['refused', 'broken'].includes(this.progress.state)) {
      const pause = await this.round();
      this.onChange();
      if (this.stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause * 1000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Send what waits now, until nothing does or a request fails; the seconds until the next round. */
  async round(): Promise<number> {
    const { participant } = this.session;
    try {
      while (this.errands.length) {
        await this.errands[0]();
        this.errands.shift();
      }
      this.progress.lost += await this.outbox.settleLost(participant, this.now());
      for (const kind of KINDS) {
        for (;;) {
          const items = await this.outbox.oldest(participant, kind, this.limit);
          if (!items.length || this.stopping) break;
          await this.deliver(kind, items);
        }
      }
    } catch (error) {
      if (error instanceof RefusedError) {
        this.report({ state: 'refused', message: error.message, status: error.status });
        return 0;
      }
      if (error instanceof DeliveryError) return this.backOff(error);
      // What was sent is still in it, and is known as duplicate the next time.
      if (error instanceof OutboxFullError) return this.backOff(new DeliveryError(error.message));
      this.fail(error);
      return 0;
    }
    // The first observation is looked out for: the teacher waits to see it arrive.
    return this.progress.accepted + this.progress.duplicate ? EVERY_S : FIRST_LOOK_S;
  }

  private async deliver(kind: Kind, items: Item[]): Promise<void> {
    try {
      await this.take(await this.transport.send(kind, items, this.session.token), items);
    } catch (error) {
      if (!(error instanceof NotAcceptedError)) throw error;
      await this.smaller(kind, items, error);
    }
  }

  /** Too large: half of it. Malformed: each by itself, so that one spoils no other. */
  private async smaller(kind: Kind, items: Item[], error: NotAcceptedError): Promise<void> {
    if (items.length === 1) {
      // Even alone it is not taken, and sending it again would change nothing.
      this.reject(`${error.status}: ${error.message}`);
      await this.outbox.delete(items);
    } else if (error.status === 413) {
      this.limit = Math.max(1, items.length >> 1);
    } else {
      for (const item of items) await this.deliver(kind, [item]);
    }
  }

  private async take(answer: BatchAnswer, items: Item[]): Promise<void> {
    answer.verdicts.forEach((verdict, i) => {
      if (verdict.id !== null && verdict.id !== items[i].id) {
        throw new DeliveryError(`the server answered for ${verdict.id}, not for ${items[i].id}`);
      }
    });
    for (const { verdict, reason } of answer.verdicts) {
      if (verdict === 'rejected') this.reject(reason ?? 'invalid');
      else this.progress[verdict] += 1;
    }
    await this.outbox.delete(items);
    [this.failures, this.toldToWait] = [0, false];
    this.report({
      state: answer.lecture === 'ended' ? 'ended' : 'sending',
      message: '',
      admitted: answer.admitted ?? true,
      ask: answer.ask ?? null,
    });
  }

  private reject(reason: string): void {
    this.progress.rejected += 1;
    this.progress.reasons[reason] = (this.progress.reasons[reason] ?? 0) + 1;
  }

  private backOff(error: DeliveryError): number {
    const ceiling = Math.min(CEILING_S, FIRST_WAIT_S * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 32);
    this.toldToWait = error.retryAfter !== null;
    this.report({ state: 'retrying', message: error.message });
    return Math.max(Math.random() * ceiling, error.retryAfter ?? 0);
  }

  private report(change: Partial<Progress>): void {
    const ended =
      this.progress.state === 'ended' && change.state !== 'refused' && change.state !== 'broken';
    Object.assign(this.progress, change, ended ? { state: 'ended' } : {});
    this.onChange();
  }
}
