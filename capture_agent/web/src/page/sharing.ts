/** What the page shows and offers while somebody takes part. */

import type { PulseMood } from '../contract/types';
import { LOOKS } from '../contract/types';
import type { Session } from '../delivery/session';
import type { StoredPage } from '../delivery/transport';
import type { FromWorker, Status, ToWorker } from '../messages';
import { CameraError, canShareWindow, framesOf, openCamera, openWindow, Screen, type Trouble } from './camera';
import { clock, part, percent, say, showOnly, told, whole, write } from './document';
import { holdPlace } from './one_tab';

type Phase =
  | 'starting' | 'looking' | 'sharing' | 'paused' | 'covered' | 'trouble' | 'elsewhere'
  | 'ended' | 'stopped' | 'refused' | 'withdrawing' | 'withdrawn' | 'tapping';

/** Nothing is looked at any more. */
const OVER: Phase[] = ['ended', 'stopped', 'refused', 'withdrawing', 'withdrawn', 'elsewhere'];
/** The browser let this tab rest, if nothing was said for so long. */
const SILENT_MS = 8000;

export class Sharing {
  private readonly screen = new Screen();
  private track: MediaStreamTrack | null = null;
  /** Counts up where the camera is asked for or let go, so that one that opens late is shut again. */
  private attempt = 0;
  private phase: Phase = 'starting';
  private status: Status | null = null;
  private trouble: Trouble = 'failed';
  private useWindow = false;
  private stopped: (() => void) | null = null;
  private asked: string | null = null;
  private readonly answered = new Set<string>();
  private wakeLock: WakeLockSentinel | null = null;
  private heardAt = 0;

  constructor(
    private readonly session: Session,
    private readonly outbox: string,
    private readonly worker: Worker,
    baseline: boolean,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    this.worker.onerror = () => this.fail('failed');
    this.tell({
      kind: 'open',
      session,
      baseline,
      places: { api: whole(told.api), outbox },
    });
    this.bind();
    this.describe();
  }

  private get infers(): boolean {
    return this.session.policy !== 'self_report';
  }

  /** Take the place of other tabs, and begin. */
  async begin(): Promise<void> {
    await holdPlace(this.outbox, () => this.leave());
    if (this.session.withdrawing) return this.withdraw();
    if (!told.running) return this.turn('ended');
    if (!this.infers) return this.turn('tapping');
    await this.look();
    return undefined;
  }

  private tell(message: ToWorker, handed: Transferable[] = []): void {
    this.worker.postMessage(message, handed);
  }

  /** Open the camera or window and let the worker look. */
  private async look(): Promise<void> {
    this.turn('starting');
    const attempt = ++this.attempt;
    try {
      const track = await (this.useWindow ? openWindow() : openCamera());
      if (attempt !== this.attempt) return track.stop();
      this.track?.stop();
      this.track = track;
      track.onended = () => {
        if (this.track === track) this.fail('lost');
      };
      const frames = framesOf(track);
      if (frames === null) {
        await this.screen.show(track);
        if (attempt !== this.attempt) return undefined;
        this.tell({ kind: 'asked' });
      } else {
        this.tell({ kind: 'stream', frames }, [frames as unknown as Transferable]);
      }
      this.turn('looking');
    } catch (error) {
      if (attempt === this.attempt) this.fail(error instanceof CameraError ? error.trouble : 'failed');
    }
  }

  /** Let go of the camera, so that its light goes out. */
  private letGo(): void {
    this.attempt += 1;
    this.track?.stop();
    this.track = null;
    this.screen.hide();
  }

  private fail(trouble: Trouble): void {
    this.letGo();
    this.tell({ kind: 'lose' });
    this.trouble = trouble;
    this.turn('trouble');
    part(`trouble-${trouble}`).focus();
  }

  private async leave(): Promise<void> {
    await this.end('leave');
    this.worker.terminate();
    this.turn('elsewhere');
  }

  private async end(kind: 'stop' | 'leave'): Promise<void> {
    this.letGo();
    const done = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    this.tell({ kind });
    await done;
  }

  private bind(): void {
    const press = (id: string, act: () => void) => {
      for (const button of document.querySelectorAll<HTMLElement>(`[data-act="${id}"]`)) {
        button.onclick = act;
      }
    };
    press('pause', () => this.pauseOrGoOn());
    press('stop', () => void this.stop());
    press('see', () => this.tell({ kind: 'show' }));
    press('delete', () => part<HTMLDialogElement>('sure-delete').showModal());
    press('delete-yes', () => this.tell({ kind: 'delete' }));
    press('withdraw', () => part<HTMLDialogElement>('sure-withdraw').showModal());
    press('withdraw-yes', () => this.withdraw());
    press('again', () => void this.look());
    press('window', () => {
      this.useWindow = true;
      void this.look();
    });
    press('camera', () => {
      this.useWindow = false;
      void this.look();
    });
    press('here', () => location.reload());
    press('ask-yes', () => this.answer(true));
    press('ask-no', () => this.answer(false));
    for (const button of document.querySelectorAll<HTMLElement>('[data-mood]')) {
      button.onclick = () => this.tell({ kind: 'mood', mood: button.dataset.mood as PulseMood });
    }
    window.addEventListener('online', () => this.tell({ kind: 'reachable' }));
    document.addEventListener('visibilitychange', () => this.seen());
    for (const button of document.querySelectorAll<HTMLElement>('[data-act="window"]')) {
      button.hidden = !canShareWindow();
    }
  }

  private pauseOrGoOn(): void {
    if (this.phase === 'paused') {
      this.tell({ kind: 'resume' });
      void this.look();
    } else {
      this.letGo();
      this.tell({ kind: 'pause' });
    }
  }

  private async stop(): Promise<void> {
    await this.end('stop');
    this.turn('stopped');
  }

  private withdraw(): void {
    this.letGo();
    this.tell({ kind: 'withdraw' });
    this.turn('withdrawing');
  }

  private answer(yes: boolean): void {
    if (this.asked === null) return;
    this.answered.add(this.asked);
    this.tell({ kind: 'answer', ask: this.asked, yes });
    this.asked = null;
    part('ask').hidden = true;
  }

  private hear(message: FromWorker): void {
    switch (message.kind) {
      case 'status':
        return this.take(message.status);
      case 'want':
        this.screen.picture().then(
          (picture) => this.tell({ kind: 'picture', picture }, [picture]),
          () => undefined,
        );
        return undefined;
      case 'paused':
        return this.turn('paused');
      case 'blind':
        return this.fail('lost');
      case 'failed':
        console.warn(message.message);
        return this.fail('failed');
      case 'stored':
        return showStored(message.pages, message.waiting);
      case 'refused':
        if (this.phase === 'withdrawing') {
          write('refused-why', message.message);
          return this.turn('refused');
        }
        return write('said', message.message);
      case 'deleted':
        return write('said', say('deleted', { there: message.there, here: message.here }));
      case 'told':
        return write('said', say(message.yes ? 'answered_yes' : 'answered_no'));
      case 'mooded':
        return showMood(message.mood);
      case 'withdrawn':
        this.worker.terminate();
        return this.turn('withdrawn');
      case 'stopped':
        write('stopped-waiting', message.waiting ? say('waits', { n: message.waiting }) : '');
        this.stopped?.();
        return undefined;
    }
  }

  private take(status: Status): void {
    const now = performance.now();
    if (this.phase === 'sharing' && this.heardAt && now - this.heardAt > SILENT_MS) {
      const seconds = Math.round((now - this.heardAt) / 1000);
      write('said', say('rested', { n: seconds }));
    }
    this.heardAt = now;
    this.status = status;
    const { state } = status.progress;
    if (state === 'refused' || state === 'broken') {
      if (!OVER.includes(this.phase)) {
        this.letGo();
        write('refused-why', status.progress.message);
        this.turn('refused');
      }
    } else if (state === 'ended' && !OVER.includes(this.phase)) {
      void this.end('stop').then(() => this.turn('ended'));
    } else if (['looking', 'sharing', 'covered'].includes(this.phase)) {
      this.turn(status.covered ? 'covered' : status.observations ? 'sharing' : this.phase);
    }
    this.showFigures();
    this.hearAsk();
  }

  private hearAsk(): void {
    const ask = this.status?.progress.ask ?? null;
    const open = ask !== null && !this.answered.has(ask.id);
    this.asked = open ? ask.id : null;
    if (part('ask').hidden === open) part('ask').hidden = !open;
  }

  private turn(phase: Phase): void {
    const before = this.phase;
    this.phase = phase;
    const over = OVER.includes(phase);
    if (phase === 'trouble') showOnly('indicator', `trouble-${this.trouble}`, 'ways', 'facts');
    else if (over) showOnly(`over-${phase}`, ...(phase === 'ended' || phase === 'stopped' ? ['ways'] : []));
    else if (phase === 'tapping') showOnly('taps', 'ways', 'facts');
    else showOnly('indicator', 'controls', 'taps', 'ways', 'facts');
    part('indicator').dataset.phase = phase;
    if (!over && phase !== 'tapping') {
      write('indicator-title', say(`phase_${phase}`));
      write('indicator-more', say(`more_${phase}`));
      write('pause', say(phase === 'paused' ? 'go_on' : 'pause'));
    }
    const sign = phase === 'sharing' || phase === 'looking' ? '● ' : '';
    document.title = `${sign}${say(over || phase === 'tapping' ? 'title' : `phase_${phase}`)} · ClassPulse`;
    if (before === phase) return;
    if (over) part(`over-${phase}`).focus();
    void this.keepAwake(!over && phase !== 'paused');
  }

  private showFigures(): void {
    const { status } = this;
    if (status === null) return;
    const { progress } = status;
    const sent = progress.accepted + progress.duplicate;
    const figures = [say('sent', { n: sent }), say('waiting', { n: status.waiting })];
    if (status.ready) figures.push(say('rate', { n: status.rate.toFixed(status.rate % 1 ? 1 : 0) }));
    write('figures', figures.join(' · '));
    const words: string[] = [];
    if (progress.state === 'retrying') words.push(say('retrying'));
    if (!progress.admitted) words.push(say('not_admitted'));
    if (status.full) words.push(say('full'));
    if (progress.lost) words.push(say('lost', { n: progress.lost }));
    const refused = progress.rejected - (progress.reasons.after_end ?? 0);
    if (refused > 0) words.push(say('rejected', { n: refused }));
    if (status.baseline) words.push(say('baseline'));
    write('warning', words.join(' '));
    if (this.phase === 'sharing' && status.sight !== null) write('indicator-more', sightWords(status.sight));
    part('indicator').dataset.observations = String(status.observations);
    part('indicator').dataset.cost = status.costMs.toFixed(1);
  }

  /** What is shared, with whom, until when. */
  private describe(): void {
    const { choices, policy, name } = this.session;
    write('fact-who', name || say('nobody'));
    const shown = policy === 'individual' && choices.flags ? 'with_row' : 'with_class';
    write('fact-with', say(this.infers ? shown : 'with_taps'));
    write('fact-until', say('until', { time: clock(this.session.beganAt) }));
    const page = part<HTMLAnchorElement>('own-page');
    page.href = whole(told.api.replace(/api\/v1\/$/, '') + this.session.recoveryLink.replace(/^\//, ''));
  }

  private async keepAwake(wanted: boolean): Promise<void> {
    if (!wanted) {
      await this.wakeLock?.release();
      this.wakeLock = null;
    } else if (!document.hidden && 'wakeLock' in navigator && this.wakeLock?.released !== false) {
      this.wakeLock = await navigator.wakeLock.request('screen').catch(() => null);
    }
  }

  /** The page comes to the front again, or goes. */
  private seen(): void {
    if (!document.hidden && this.track !== null) void this.keepAwake(true);
  }
}

function sightWords(sight: NonNullable<Status['sight']>): string {
  if (!sight.face) return say('no_face');
  if (sight.probabilities === null) return say('unreadable');
  const best = Math.max(...sight.probabilities);
  const look = LOOKS[sight.probabilities.indexOf(best)];
  return say('looks', { look: say(`look_${look}`), share: percent(best) });
}

function showMood(mood: PulseMood): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-mood]')) {
    button.setAttribute('aria-pressed', String(button.dataset.mood === mood));
  }
  write('taps-said', say('mood_taken', { time: clock(new Date().toISOString()) }));
}

function showStored(pages: StoredPage[], waiting: number): void {
  const seconds = pages.flatMap((page) => page.observations);
  seconds.sort((a, b) => a.captured_at.localeCompare(b.captured_at));
  const faces = seconds.filter((one) => one.probabilities !== null);
  const lines = [say('stored', { n: seconds.length, faces: faces.length, waiting })];
  if (seconds.length) {
    const [first, last] = [seconds[0], seconds[seconds.length - 1]].map((one) => clock(one.captured_at, true));
    lines.push(say('stored_when', { first, last }));
  }
  const list = part('stored-looks');
  list.replaceChildren();
  if (faces.length) {
    LOOKS.forEach((look, i) => {
      const share = faces.reduce((sum, one) => sum + (one.probabilities?.[i] ?? 0), 0) / faces.length;
      const [name, value] = [document.createElement('dt'), document.createElement('dd')];
      name.textContent = say(`look_${look}`);
      value.textContent = percent(share);
      list.append(name, value);
    });
  }
  write('stored-lines', lines.join(' '));
  part<HTMLDialogElement>('stored').showModal();
}
