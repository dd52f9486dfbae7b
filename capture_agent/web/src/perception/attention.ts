/** How engaged a student looks in one picture, judged against this student's own habits.
 *
 * As `capture_agent/perception/attention.py`. */

import { USUAL, VALUES } from '../contract/engagement';
import { distance, type Face, looksEngaged } from './engagement';

/** Corner and corner, then three pairs of upper and lower lid; the student's right, then left. */
const EYES = [
  { corners: [33, 133], lids: [[160, 144], [159, 145], [158, 153]] },
  { corners: [263, 362], lids: [[387, 373], [386, 374], [385, 380]] },
];
/** Of the own open eyes: at and below, the lids touch; the model never shows them at 0. */
const SHUT_RATIO = 0.4;

/** Lid distance over corner distance, in three dimensions, mean of both eyes. */
export function eyeRatio(points: Float64Array): number {
  const ratios = EYES.map(({ corners, lids }) => {
    const width = distance(points, corners);
    const height = lids.reduce((sum, pair) => sum + distance(points, pair), 0) / lids.length;
    return width > 0 ? height / width : 0;
  });
  return (ratios[0] + ratios[1]) / 2;
}

/** 0 shut to 1 open, of eyes with `ratio` where the own open eyes have `openRatio`. */
export function openness(ratio: number, openRatio: number): number {
  const ofOwn = ratio / Math.max(openRatio, VALUES.least_open);
  return Math.min(1, Math.max(0, (ofOwn - SHUT_RATIO) / (1 - SHUT_RATIO)));
}

/** The quantiles of the last values, kept sorted as they come. */
class Running {
  private readonly recent: number[] = [];
  private readonly sorted: number[] = [];

  add(value: number): void {
    if (this.recent.length === VALUES.memory) {
      this.sorted.splice(this.place(this.recent.shift() as number), 1);
    }
    this.recent.push(value);
    this.sorted.splice(this.place(value), 0, value);
  }

  quantile(share: number): number {
    const { length } = this.sorted;
    return length ? this.sorted[Math.min(length - 1, Math.floor(share * length))] : 0;
  }

  private place(value: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One picture of one student: how engaged it looks and how open the eyes are, 0 to 1. */
export interface Judgement {
  attentive: number;
  eyesOpen: number;
}

/** Judges one student's pictures in the order they were taken. */
export class AttentionTracker {
  private readonly yaw = new Running();
  private readonly pitch = new Running();
  private readonly ratio = new Running();
  private sad: number = VALUES.usual_sad;
  private seen: number = VALUES.rest_pictures;
  private lids: { at: number; ratio: number }[] = [];

  /** Judge one picture and learn from it. `monotonic` seconds only rise. */
  judge(face: Face, monotonic: number): Judgement {
    this.yaw.add(face.yaw);
    this.pitch.add(face.pitch);
    const yaw = this.yaw.quantile(0.5);
    if (Math.abs(face.yaw - yaw) <= VALUES.frontal) this.ratio.add(face.eyeRatio);
    if (face.sad !== null) {
      this.seen = Math.min(this.seen + 1, VALUES.memory);
      this.sad += (face.sad - this.sad) / this.seen;
    }
    const habit = {
      yaw,
      pitch: this.pitch.quantile(0.5),
      open_ratio: this.ratio.quantile(VALUES.open_quantile) || USUAL.open_ratio,
      sad: this.sad,
    };
    const unblinking = { ...face, eyeRatio: this.withoutBlinks(face.eyeRatio, monotonic) };
    return {
      attentive: looksEngaged(unblinking, habit),
      eyesOpen: openness(face.eyeRatio, habit.open_ratio),
    };
  }

  /** A picture without the student: whether the eyes stayed shut meanwhile is not known. */
  noFace(): void {
    this.lids = [];
  }

  /** The upper median of the lids of the last second. */
  private withoutBlinks(ratio: number, monotonic: number): number {
    this.lids.push({ at: monotonic, ratio });
    this.lids = this.lids.filter((one) => monotonic - one.at < VALUES.blink_s);
    const sorted = this.lids.map((one) => one.ratio).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  }
}
