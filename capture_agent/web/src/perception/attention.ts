/** Whether a student is attentive in one picture, judged against this student's own habits.
 *
 * As `capture_agent/perception/attention.py`. */

import type { HeadPose } from './head_pose';

const YAW_LIMIT = 25;
const PITCH_LIMIT = 20;
const SHUT_SECONDS = 1;
/** Corner and corner, then three pairs of upper and lower lid; the student's right, then left. */
const EYES = [
  { corners: [33, 133], lids: [[160, 144], [159, 145], [158, 153]] },
  { corners: [263, 362], lids: [[387, 373], [386, 374], [385, 380]] },
];
/** Pictures remembered: an hour at two a second. */
const MEMORY = 7_200;
const OPEN_PERCENTILE = 0.9;
/** Nobody's open eyes are taken for narrower, so that eyes shut from the start do not count open. */
const LEAST_OPEN_RATIO = 0.16;
/** Of the own open eyes: at and below, the lids touch; the model never shows them at 0. */
const SHUT_RATIO = 0.4;
const SHUT = 0.2;
/** Eyes are measured for the own reference only while the head is turned less than this. */
const FRONTAL = 30;

/** Lid distance over corner distance, in three dimensions, mean of both eyes. */
export function eyeRatio(points: Float64Array): number {
  const distance = ([one, other]: number[]) =>
    Math.hypot(
      points[one * 3] - points[other * 3],
      points[one * 3 + 1] - points[other * 3 + 1],
      points[one * 3 + 2] - points[other * 3 + 2],
    );
  const ratios = EYES.map(({ corners, lids }) => {
    const width = distance(corners);
    const height = lids.reduce((sum, pair) => sum + distance(pair), 0) / lids.length;
    return width > 0 ? height / width : 0;
  });
  return (ratios[0] + ratios[1]) / 2;
}

/** 0 shut to 1 open, of eyes with `ratio` where the own open eyes have `openRatio`. */
export function openness(ratio: number, openRatio: number): number {
  const ofOwn = ratio / Math.max(openRatio, LEAST_OPEN_RATIO);
  return Math.min(1, Math.max(0, (ofOwn - SHUT_RATIO) / (1 - SHUT_RATIO)));
}

/** The quantiles of the last values, kept sorted as they come. */
class Running {
  private readonly recent: number[] = [];
  private readonly sorted: number[] = [];

  add(value: number): void {
    if (this.recent.length === MEMORY) {
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

/** One picture of one student: attentive or not, and how open the eyes are, 0 to 1. */
export interface Judgement {
  attentive: boolean;
  eyesOpen: number;
}

/** Judges one student's pictures in the order they were taken. */
export class AttentionTracker {
  private readonly yaw = new Running();
  private readonly pitch = new Running();
  private readonly ratio = new Running();
  private shutSince: number | null = null;

  /** Judge one picture and learn from it. `monotonic` seconds only rise. */
  judge(pose: HeadPose, ratio: number, monotonic: number): Judgement {
    this.yaw.add(pose.yaw);
    this.pitch.add(pose.pitch);
    if (Math.abs(pose.yaw) <= FRONTAL) this.ratio.add(ratio);
    const eyesOpen = openness(ratio, this.ratio.quantile(OPEN_PERCENTILE));
    if (eyesOpen > SHUT) this.shutSince = null;
    else this.shutSince ??= monotonic;
    const asleep = this.shutSince !== null && monotonic - this.shutSince >= SHUT_SECONDS;
    const ahead =
      Math.abs(pose.yaw - this.yaw.quantile(0.5)) <= YAW_LIMIT &&
      Math.abs(pose.pitch - this.pitch.quantile(0.5)) <= PITCH_LIMIT;
    return { attentive: ahead && !asleep, eyesOpen };
  }

  /** A picture without the student: whether the eyes stayed shut meanwhile is not known. */
  noFace(): void {
    this.shutSince = null;
  }
}
