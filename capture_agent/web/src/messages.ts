/** What the page and its worker say to each other. */

import type { PulseMood } from './contract/types';
import type { Session } from './delivery/session';
import type { Progress } from './delivery/sender';
import type { StoredPage } from './delivery/transport';
import type { VisionFiles } from './perception/pipeline';

/** Where the worker finds what, all as whole addresses. */
export interface Places {
  api: string;
  outbox: string;
}

export type ToWorker =
  | { kind: 'prepare'; vision: VisionFiles }
  | { kind: 'open'; places: Places; session: Session; baseline: boolean }
  | { kind: 'stream'; frames: ReadableStream<VideoFrame> }
  | { kind: 'asked' }
  | { kind: 'picture'; picture: ImageBitmap }
  | { kind: 'rest' }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'lose' }
  | { kind: 'reachable' }
  | { kind: 'show' }
  | { kind: 'delete' }
  | { kind: 'withdraw' }
  | { kind: 'answer'; ask: string; yes: boolean }
  | { kind: 'mood'; mood: PulseMood }
  | { kind: 'stop' }
  | { kind: 'leave' };

/** What is seen in the last second. */
export interface Sight {
  face: boolean;
  /** null where no face can be read */
  probabilities: number[] | null;
}

/** All that the page shows of the worker's work. */
export interface Status {
  ready: boolean;
  observations: number;
  withFace: number;
  waiting: number;
  rate: number;
  costMs: number;
  full: boolean;
  covered: boolean;
  baseline: boolean;
  sight: Sight | null;
  progress: Progress;
}

export type FromWorker =
  | { kind: 'status'; status: Status }
  | { kind: 'want' }
  | { kind: 'paused' }
  | { kind: 'blind' }
  | { kind: 'failed'; message: string }
  | { kind: 'stored'; pages: StoredPage[]; waiting: number }
  | { kind: 'refused'; message: string }
  | { kind: 'deleted'; there: number; here: number }
  | { kind: 'withdrawn' }
  | { kind: 'told'; yes: boolean }
  | { kind: 'mooded'; mood: PulseMood }
  | { kind: 'stopped'; waiting: number };
