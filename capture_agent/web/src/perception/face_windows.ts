/** Looking at a picture in overlapping windows, and telling one face from what two windows saw.
 *
 * As `models/inference/face_windows.py`. */

import type { Detection } from './blazeface';

/** Boxes that share more than this of the smaller one speak of one face. */
const SAME = 0.4;

/** Left and top of each square of `side` that covers a picture, at most `step` apart. */
export function windows(width: number, height: number, side: number, step: number): [number, number][] {
  return places(height, side, step).flatMap((top) =>
    places(width, side, step).map((left): [number, number] => [left, top]),
  );
}

function places(length: number, side: number, step: number): number[] {
  if (length <= side) return [0];
  const count = Math.ceil((length - side) / step) + 1;
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / (count - 1)));
}

/** A face found in a window at `left` and `top`, of a picture brought to another size, in the
 * pixels it had before. */
export function placed(face: Detection, left: number, top: number, across: number, down: number): Detection {
  return {
    x: (face.x + left) * across,
    y: (face.y + top) * down,
    w: face.w * across,
    h: face.h * down,
    score: face.score,
    keypoints: face.keypoints.map(([x, y]) => [(x + left) * across, (y + top) * down]),
  };
}

/** Each face once, the largest box first: of boxes that overlap, the surest is kept. */
export function oneOfEach(faces: Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => shared(face, other) <= SAME)) kept.push(face);
  }
  return kept.sort((a, b) => b.w * b.h - a.w * a.h);
}

function shared(one: Detection, other: Detection): number {
  const across = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / Math.max(Math.min(one.w * one.h, other.w * other.h), 1e-9);
}
