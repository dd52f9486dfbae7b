/** Every number that engagement stands on, and the habit of whom nothing is known.
 *
 * Written by `python -m scripts.browser_contract` from the program's own. */

export const VALUES = {
  memory: 7200,
  open_quantile: 0.9,
  least_open: 0.16,
  frontal: 30.0,
  blink_s: 1.0,
  rest_pictures: 10,
  usual_sad: 0.05,
  lids_usual: 0.9,
  lids_unit: 0.2,
  lids_least: -0.5,
  lids_most: 2.5,
  yaw_unit: 25.0,
  pitch_unit: 20.0,
  pose_most: 2.0,
  sad_unit: 0.3,
  sad_least: -0.5,
  sad_most: 0.5,
  yawn_from: 0.4,
  yawn_unit: 0.2,
  yawn_most: 2.0,
  covered_from: 0.9,
  covered_unit: 0.3,
  covered_most: 1.0,
  middle: 1.0,
  steepness: 4.0,
} as const;

export const USUAL = {
  yaw: 0.0,
  pitch: -4.0,
  open_ratio: 0.3,
  sad: 0.05,
};

export const READABLE = 0.97;
export const ATTENTIVE_RULE = 2;
