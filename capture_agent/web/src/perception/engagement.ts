/** How much one picture looks as if its student were engaged, 0 to 1, from the whole face.
 *
 * As `capture_agent/perception/engagement.py`, which says what the numbers rest on. */

import { USUAL, VALUES as v } from '../contract/engagement';

/** What one picture shows of a face. */
export interface Face {
  yaw: number;
  pitch: number;
  eyeRatio: number;
  mouthRatio: number;
  /** the model's probability of *sad*; null where the look cannot be read */
  sad: number | null;
  presence: number;
}

/** How a student usually holds the head, opens the eyes and looks at rest. */
export type Habit = typeof USUAL;

const LIPS = [13, 14];
const MOUTH = [78, 308];

/** The probability that the picture looks engaged. */
export function looksEngaged(face: Face, habit: Habit): number {
  const against = terms(face, habit).reduce((sum, term) => sum + term, 0);
  return 1 / (1 + Math.exp(v.steepness * (against - v.middle)));
}

/** Lids, pose, expression, yawn and cover: what speaks against it, each in its own unit. */
function terms(face: Face, habit: Habit): number[] {
  const opened = face.eyeRatio / Math.max(habit.open_ratio, v.least_open);
  const turned = (face.yaw - habit.yaw) / v.yaw_unit;
  const sunk = (face.pitch - habit.pitch) / v.pitch_unit;
  const sadder = face.sad === null ? 0 : (face.sad - habit.sad) / v.sad_unit;
  return [
    within((v.lids_usual - opened) / v.lids_unit, v.lids_least, v.lids_most),
    Math.min(Math.hypot(turned, sunk), v.pose_most),
    within(sadder, v.sad_least, v.sad_most),
    within((face.mouthRatio - v.yawn_from) / v.yawn_unit, 0, v.yawn_most),
    within((v.covered_from - face.presence) / v.covered_unit, 0, v.covered_most),
  ];
}

/** Distance of the inner lips over that of the mouth's corners. */
export function mouthRatio(points: Float64Array): number {
  const width = distance(points, MOUTH);
  return width > 0 ? distance(points, LIPS) / width : 0;
}

/** How far two landmarks are apart, in three dimensions. */
export function distance(points: Float64Array, [one, other]: number[]): number {
  return Math.hypot(
    points[one * 3] - points[other * 3],
    points[one * 3 + 1] - points[other * 3 + 1],
    points[one * 3 + 2] - points[other * 3 + 2],
  );
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
