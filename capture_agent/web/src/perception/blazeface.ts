/** BlazeFace: likely faces in a picture, its anchors decoded and overlapping answers blended.
 *
 * As `models/inference/blazeface.py`, where its source is cited. */

import type { Network } from './networks';
import { areaResized, linearResized, type Picture } from './picture';

export type Point = [number, number];

/** One face: its box in pixels of the picture, how sure, and six points on it. */
export interface Detection {
  x: number;
  y: number;
  w: number;
  h: number;
  score: number;
  /** right eye, left eye, nose tip, mouth, right ear, left ear; the person's own right and left */
  keypoints: Point[];
}

/** Answers that share more than this (intersection over union) speak of one face. */
const OVERLAP = 0.3;
/** Pixels between neighbouring cells, and answers a cell, of each feature map in output order. */
const STRIDES = [[16, 2], [32, 6]] as const;

/** How far the line from right to left eye is turned clockwise in the picture, in radians. */
export function roll(face: Detection): number {
  const [right, left] = face.keypoints;
  return Math.atan2(left[1] - right[1], left[0] - right[0]);
}

export class BlazeFace {
  readonly side: number;
  private readonly anchors: Point[];

  constructor(
    private readonly network: Network,
    private readonly minScore: number,
  ) {
    this.side = network.side;
    this.anchors = anchorsOf(this.side);
  }

  /** The likely faces in the picture, the largest box first. */
  async detect(picture: Picture): Promise<Detection[]> {
    const { values, scale, left, top } = letterbox(picture, this.side);
    const [boxes, scores] = (await this.network.run(values)).sort((a, b) => b.length - a.length);
    const likely: Answer[] = [];
    this.anchors.forEach((anchor, index) => {
      const score = sigmoid(scores[index]);
      if (score < this.minScore) return;
      const points: Point[] = [];
      for (let i = 0; i < 8; i++) {
        // The second pair is the box's size, which has no place.
        const [offsetX, offsetY] = i === 1 ? [0, 0] : anchor;
        const x = (boxes[index * 16 + i * 2] + offsetX) / scale;
        const y = (boxes[index * 16 + i * 2 + 1] + offsetY) / scale;
        points.push(i === 1 ? [x, y] : [x - left, y - top]);
      }
      likely.push({ points, score });
    });
    return blend(likely).map(detection).sort((a, b) => b.w * b.h - a.w * a.h);
  }
}

/** Centre, size and six key points, and how sure. */
interface Answer {
  points: Point[];
  score: number;
}

function letterbox(picture: Picture, side: number) {
  const scale = side / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = (scale < 1 ? areaResized : linearResized)(picture, width, height);
  const [across, down] = [(side - width) >> 1, (side - height) >> 1];
  const values = new Float32Array(side * side * 3);
  for (let y = 0; y < height; y++) {
    let to = ((y + down) * side + across) * 3;
    let from = y * width * 4;
    for (let x = 0; x < width; x++, from += 4, to += 3) {
      values[to] = small.data[from] / 127.5 - 1;
      values[to + 1] = small.data[from + 1] / 127.5 - 1;
      values[to + 2] = small.data[from + 2] / 127.5 - 1;
    }
  }
  return { values, scale, left: across / scale, top: down / scale };
}

function anchorsOf(side: number): Point[] {
  const anchors: Point[] = [];
  for (const [stride, answers] of STRIDES) {
    for (let y = 0; y < side / stride; y++) {
      for (let x = 0; x < side / stride; x++) {
        for (let i = 0; i < answers; i++) anchors.push([(x + 0.5) * stride, (y + 0.5) * stride]);
      }
    }
  }
  return anchors;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-Math.min(60, Math.max(-60, value))));
}

/** Merge answers about one face into their mean weighted by score, as BlazeFace does: picking the
 * best one instead would make the box tremble from picture to picture. */
function blend(answers: Answer[]): Answer[] {
  let waiting = [...answers].sort((a, b) => b.score - a.score);
  const faces: Answer[] = [];
  while (waiting.length) {
    const best = waiting[0];
    const group = waiting.filter((one) => one === best || overlap(best, one) > OVERLAP);
    const weight = group.reduce((sum, one) => sum + one.score, 0);
    const mean = (i: number, axis: 0 | 1) =>
      group.reduce((sum, one) => sum + one.score * one.points[i][axis], 0) / weight;
    faces.push({ points: best.points.map((_, i) => [mean(i, 0), mean(i, 1)]), score: best.score });
    waiting = waiting.filter((one) => !group.includes(one));
  }
  return faces;
}

/** Intersection over union. */
function overlap(one: Answer, other: Answer): number {
  const shared = [0, 1].map((axis) => {
    const [a, b] = [one, other].map(({ points: [centre, size] }) => [
      centre[axis] - size[axis] / 2,
      centre[axis] + size[axis] / 2,
    ]);
    return Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
  });
  const both = shared[0] * shared[1];
  const area = ({ points }: Answer) => Math.max(0, points[1][0]) * Math.max(0, points[1][1]);
  return both / Math.max(area(one) + area(other) - both, 1e-9);
}

function detection({ points: [centre, size, ...keypoints], score }: Answer): Detection {
  return {
    x: centre[0] - size[0] / 2,
    y: centre[1] - size[1] / 2,
    w: size[0],
    h: size[1],
    score,
    keypoints,
  };
}
