/** One student in one lecture: captures, keeps, sends, and says what it does.
 *
 * As `capture_agent/agent.py`. */

import type { EventKind, Observation } from './contract/types';
import { openOutbox, type Outbox, OutboxFullError } from './delivery/outbox';
import { Delivery, over } from './delivery/sender';
import type { Session } from './delivery/session';
import { NotAcceptedError, RefusedError, type StoredPage, Transport } from './delivery/transport';
import type { FromWorker, Places, Status } from './messages';
import { OcclusionWatch } from './perception/occlusion';
import type { Pipeline } from './perception/pipeline';
import { NoPictureError, Pictures } from './pictures';
import { Baseline } from './sampling/baseline';
import { ClockCorrection } from './sampling/clock';
import { uuid7 } from './sampling/ids';
import { RateControl } from './sampling/rate_control';
import { Sampler } from './sampling/sampler';

const USUAL_RATE = 2;
const MOST_RATE = 5;
const LOOK_EVERY_MS = 20;
const DISK_RETRY_MS = 5000;
/** Observations kept in memory while the disk has no room; then the oldest go, and are counted. */
const MOST_IN_MEMORY = 600;
const MOST_PAGES = 100;
const WITHDRAWN = 403;

type Tell = (message: FromWorker) => void;
/** What looks at pictures, once it is loaded. */
type Vision = () => Promise<Pipeline>;

export class Agent {
  private readonly pictures = new Pictures(() => this.tell({ kind: 'want' }));
  private readonly occlusion = new OcclusionWatch();
  private readonly rate = new RateControl(USUAL_RATE, MOST_RATE);
  private readonly delivery: Delivery;
  private pipeline: Pipeline | null = null;
  private sampler: Sampler | null = null;
  private capturing: Promise<void> | null = null;
  private looking = false;
  /** Counts up where pictures begin or are interrupted, so that what took long knows it is late. */
  private turn = 0;
  private blind = false;
  private homeless: Homeless[] = [];
  private overflowed = 0;
  private forgotten = false;
  private homing: Promise<void> = Promise.resolve();
  private readonly status: Status;

  private constructor(
    private readonly session: Session,
    private readonly outbox: Outbox,
    private readonly transport: Transport,
    private readonly correction: ClockCorrection,
    private readonly baseline: Baseline,
    private readonly vision: Vision,
    private readonly tell: Tell,
  ) {
    this.delivery = new Delivery(outbox, transport, session, () => this.now(), () => void this.report());
    this.status = {
      ready: false, observations: 0, withFace: 0, waiting: 0, rate: USUAL_RATE, costMs: 0, full: false,
      covered: false, baseline: false, sight: null, progress: this.delivery.progress,
    };
  }

  /** Open what was kept, and begin to send. */
  static async open(
    places: Places, session: Session, baseline: boolean, vision: Vision, tell: Tell,
  ): Promise<Agent> {
    const correction = new ClockCorrection();
    correction.offset = session.clockOffsetMs;
    const outbox = await openOutbox(places.outbox);
    await outbox.saveSession(session);
    const transport = new Transport(places.api, correction);
    const agent = new Agent(
      session, outbox, transport, correction, new Baseline(baseline), vision, tell,
    );
    agent.delivery.start();
    return agent;
  }

  /** Look at pictures from now on: of a camera's own stream, or asked of the page. */
  async look(frames: ReadableStream<VideoFrame> | null): Promise<void> {
    const turn = ++this.turn;
    if (frames === null) this.pictures.ask();
    else this.pictures.read(frames);
    this.pipeline ??= await this.vision();
    this.sampler ??= new Sampler(this.pipeline.modelId, USUAL_RATE, this.correction);
    this.status.ready = true;
    if (turn !== this.turn) return;
    this.looking = true;
    this.capturing ??= this.capture();
  }

  /** The page hands over a picture. */
  take(picture: ImageBitmap): void {
    this.pictures.take(picture);
  }

  /** Pictures are interrupted: keep what there is of the second under way. */
  async rest(): Promise<void> {
    this.turn += 1;
    this.looking = false;
    this.pictures.close();
    await this.capturing;
    this.occlusion.reset();
    this.keepObservation(this.sampler?.pause() ?? null);
    await this.homing;
  }

  /** Nothing is looked at until somebody goes on. */
  async pause(): Promise<void> {
    await this.rest();
    this.mark(this.baseline.interrupt());
    this.note('paused');
    await this.homing;
    await this.report();
    this.tell({ kind: 'paused' });
  }

  /** Pictures are looked at again. */
  resume(): void {
    this.note('resumed');
  }

  /** The camera was lost, once. */
  async lose(): Promise<void> {
    await this.rest();
    this.goBlind();
  }

  /** The network is back. */
  reachable(): void {
    this.delivery.reachable();
  }

  /** Say the last event, send what waits for a moment, and stop. */
  async stop(): Promise<void> {
    await this.rest();
    if (!over(this.delivery.progress)) this.note('stopped');
    await this.homing;
    await this.delivery.stop();
    if (this.delivery.progress.state !== 'broken') {
      await this.outbox.saveSession({ ...this.session, clockOffsetMs: this.correction.offset });
      if (this.delivery.progress.state !== 'refused') await this.delivery.drain();
      await this.count();
    }
    const done = this.delivery.progress.state === 'ended' && this.status.waiting === 0;
    if (done) await this.outbox.forget(this.session.participant);
    this.tell({ kind: 'stopped', waiting: this.status.waiting });
  }

  /** Another tab goes on: keep what there is, say nothing, let go. */
  async leave(): Promise<void> {
    await this.rest();
    await this.delivery.stop();
    this.tell({ kind: 'stopped', waiting: this.status.waiting });
  }

  show(): void {
    this.delivery.runErrand(() =>
      this.tried(async () => {
        const pages: StoredPage[] = [];
        let next: string | null = null;
        do {
          pages.push(await this.transport.stored(this.session.token, next));
          next = pages[pages.length - 1].next;
        } while (next !== null && pages.length < MOST_PAGES);
        await this.count();
        this.tell({ kind: 'stored', pages, waiting: this.status.waiting });
      }),
    );
  }

  delete(): void {
    let here = 0;
    this.delivery.runErrand(() =>
      this.tried(async () => {
        this.homeless = [];
        here += await this.outbox.discard(this.session.participant);
        const there = await this.transport.deleteStored(this.session.token);
        this.tell({ kind: 'deleted', there, here });
      }),
    );
  }

  /** Take the agreement back; what waits here is deleted at once, whatever the server says. */
  async withdraw(): Promise<void> {
    await this.rest();
    this.homeless = [];
    await this.outbox.discard(this.session.participant);
    await this.outbox.saveSession({ ...this.session, withdrawing: true });
    this.delivery.runErrand(() =>
      this.tried(async () => {
        await this.transport.withdraw(this.session.token).catch((error: unknown) => {
          // It was taken back before, on another device or by the link.
          if (!(error instanceof RefusedError && error.status === WITHDRAWN)) throw error;
        });
        await this.outbox.forget(this.session.participant);
        this.tell({ kind: 'withdrawn' });
      }),
    );
  }

  answer(ask: string, yes: boolean): void {
    this.delivery.runErrand(() =>
      this.tried(async () => {
        await this.transport.pulse({ ask, answer: yes }, this.session.token);
        this.tell({ kind: 'told', yes });
      }),
    );
  }

  mood(mood: Parameters<Transport['pulse']>[0]['mood']): void {
    this.delivery.runErrand(() =>
      this.tried(async () => {
        await this.transport.pulse({ mood }, this.session.token);
        if (mood) this.tell({ kind: 'mooded', mood });
      }),
    );
  }

  private async capture(): Promise<void> {
    try {
      while (this.looking && !over(this.delivery.progress)) {
        const monotonic = performance.now() / 1000;
        if (this.sampler?.wants(monotonic)) await this.lookAt(monotonic);
        await wait(LOOK_EVERY_MS);
      }
    } catch (error) {
      if (this.looking && error instanceof NoPictureError) this.tell({ kind: 'blind' });
      else if (this.looking) this.tell({ kind: 'failed', message: String(error) });
    } finally {
      this.capturing = null;
    }
  }

  /** Read one picture, and keep the second before it where it begins a new one. */
  private async lookAt(monotonic: number): Promise<void> {
    const picture = await this.pictures.next();
    const [capturedAt, begin] = [Date.now(), performance.now()];
    const { pipeline, sampler } = this;
    if (pipeline === null || sampler === null || !this.looking) return;
    const reading = await pipeline.readStudent(picture, monotonic);
    const took = (performance.now() - begin) / 1000;
    this.rate.took(took);
    sampler.setRate(this.rate.rate);
    this.status.costMs = took * 1000;
    if (this.occlusion.look(picture, reading.student !== null, monotonic)) {
      // Of a covered camera nothing is known: a second of it is no second without a face.
      this.keepObservation(sampler.finish());
      this.status.covered = true;
      this.goBlind();
    } else {
      this.status.covered = false;
      if (this.blind) {
        this.blind = false;
        this.note('camera_back');
      }
      this.mark(this.baseline.at(monotonic, reading.student !== null));
      this.keepObservation(sampler.add(reading, capturedAt, monotonic));
    }
    void this.report();
  }

  private goBlind(): void {
    if (this.blind) return;
    this.blind = true;
    this.mark(this.baseline.interrupt());
    this.note('camera_lost');
  }

  private mark(kind: EventKind | null): void {
    if (kind === null) return;
    this.status.baseline = kind === 'baseline_start';
    this.note(kind);
  }

  private keepObservation(observation: Observation | null): void {
    if (observation === null || over(this.delivery.progress)) return;
    this.status.observations += 1;
    this.status.withFace += Number(observation.face_share > 0);
    this.status.sight = {
      face: observation.face_share > 0,
      probabilities: observation.probabilities,
    };
    this.keep({ kind: 'observations', item: observation });
  }

  private note(kind: EventKind): void {
    const at = this.now();
    this.keep({ kind: 'events', item: { id: uuid7(at), at: new Date(at).toISOString(), kind } });
  }

  /** Put one item into the outbox; in memory while the disk has no room. */
  private keep(item: Homeless): void {
    this.homeless.push(item);
    this.homing = this.homing.then(() => this.house());
  }

  private async house(): Promise<void> {
    const { participant } = this.session;
    if (this.delivery.progress.state === 'broken') this.homeless = [];
    try {
      while (this.homeless.length) {
        const { kind, item } = this.homeless[0];
        await this.outbox.add(participant, kind, item);
        this.homeless.shift();
      }
      if (this.overflowed) {
        await this.outbox.lose(participant, this.overflowed);
        this.overflowed = 0;
      }
      this.status.full = false;
      await this.count();
    } catch (error) {
      if (!(error instanceof OutboxFullError)) {
        this.homeless = [];
        this.delivery.fail(error);
        return;
      }
      if (!this.status.full) setTimeout(() => this.tryAgain(), DISK_RETRY_MS);
      this.status.full = true;
      const excess = this.homeless.length - MOST_IN_MEMORY;
      if (excess > 0) {
        this.homeless.splice(0, excess);
        this.overflowed += excess;
      }
    }
  }

  private tryAgain(): void {
    this.homing = this.homing.then(() => this.house());
    if (this.status.full) setTimeout(() => this.tryAgain(), DISK_RETRY_MS);
  }

  /** Do it; a no of the server is said in its words. What it means, the next sending shows. */
  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof NotAcceptedError)) throw error;
      this.tell({ kind: 'refused', message: error.message });
    }
  }

  private async count(): Promise<void> {
    this.status.waiting = (await this.outbox.waiting(this.session.participant)) + this.homeless.length;
  }

  /** What a withdrawn student's browser still holds goes with the agreement. */
  private async obeyWithdrawal(): Promise<void> {
    const { state, status } = this.delivery.progress;
    if (this.forgotten || state !== 'refused' || status !== WITHDRAWN) return;
    this.forgotten = true;
    this.homeless = [];
    await this.outbox.forget(this.session.participant);
  }

  private async report(): Promise<void> {
    void this.obeyWithdrawal();
    this.status.rate = this.rate.rate;
    this.status.progress = this.delivery.progress;
    await this.count();
    this.tell({ kind: 'status', status: { ...this.status } });
  }

  private now(): number {
    return this.correction.correct(Date.now());
  }
}

type Homeless =
  | { kind: 'observations'; item: Observation }
  | { kind: 'events'; item: import('./contract/types').Event };

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
