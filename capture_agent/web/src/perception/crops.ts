/** The crop of a face that the expression model reads: framed and lit as FER2013's faces are.
 *
 * As `models/inference/crops.py`, which says where the numbers come from. */

import { type Detection, type Point, roll } from './blazeface';
import { LANDMARKS } from './face_mesh';
import { areaResized, grey, type Picture, turned } from './picture';

export const SIDE = 48;

const EYE_CORNERS = [[33, 133], [362, 263]] as const;
const MOUTH_CORNERS = [61, 291] as const;
const NOSE_TIP = 4;
/** This quantile of the crop's middle is what is brought to `WHITE`. */
const BRIGHT = 0.9;
const WHITE = 200;
/** A window behind a head says nothing of the light on the face. */
const RIM = 8;
const GAIN = [0.7, 4] as const;

/** As `models.training.framing` fits it. */
const RECIPE = {
  lengths: [-0.416, -0.233, 1.132, 0.517],
  scale: 0.712,
  across: [0.736, 0.093, 0.083, 0.088],
  down: [0.963, -0.129, 0.119, 0.047],
  lower: -0.092,
};

/** `face` with the square that is cropped of the face with these landmarks. */
export function framed(points: Float64Array, face: Detection): Detection {
  const place = (index: number): Point => [points[index * 3], points[index * 3 + 1]];
  const eyes = EYE_CORNERS.map(([one, other]) => middle(place(one), place(other)));
  const [across, down] = [eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1]];
  const length = Math.max(Math.hypot(across, down), 1e-9);
  const [cosine, sine] = [across / length, down / length];
  const upright = ([x, y]: Point): Point => [x * cosine + y * sine, y * cosine - x * sine];

  const [low, high]: [Point, Point] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  for (let i = 0; i < LANDMARKS; i++) {
    const [x, y] = upright(place(i));
    [low[0], low[1]] = [Math.min(low[0], x), Math.min(low[1], y)];
    [high[0], high[1]] = [Math.max(high[0], x), Math.max(high[1], y)];
  }
  const between = upright(middle(eyes[0], eyes[1]));
  const mouth = upright(middle(place(MOUTH_CORNERS[0]), place(MOUTH_CORNERS[1])));
  const lengths = [
    length,
    Math.hypot(mouth[0] - between[0], mouth[1] - between[1]),
    high[0] - low[0],
    high[1] - low[1],
  ].map((one) => Math.max(one, 1e-3));
  const places = [middle(low, high), between, upright(place(NOSE_TIP)), mouth];

  const side = RECIPE.scale * Math.exp(dot(RECIPE.lengths, lengths.map(Math.log)));
  const u = dot(RECIPE.across, places.map((one) => one[0]));
  const v = dot(RECIPE.down, places.map((one) => one[1])) + RECIPE.lower * side;
  const [x, y] = [cosine * u - sine * v, sine * u + cosine * v];
  return {
    x: x - side / 2,
    y: y - side / 2,
    w: side,
    h: side,
    score: face.score,
    keypoints: [...eyes, ...face.keypoints.slice(2)],
  };
}

function middle(one: Point, other: Point): Point {
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}

function dot(weights: number[], values: number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * values[i], 0);
}

/** The grey crop, `SIDE` × `SIDE`, of the face that `face`, framed, is in the picture. */
export function faceCrop(picture: Picture, face: Detection): Uint8Array {
  const side = Math.max(face.w, face.h, 1);
  // Shrinking by more than two would skip pixels: average them first, at twice the final size.
  const fine = Math.max(1, Math.min(8, Math.ceil(side / SIDE)));
  const points = SIDE * fine;
  const scale = side / points;
  const [cosine, sine] = [scale * Math.cos(roll(face)), scale * Math.sin(roll(face))];
  const half = (points - 1) / 2;
  const square = turned(
    picture,
    [
      cosine, -sine, face.x + face.w / 2 - (cosine - sine) * half,
      sine, cosine, face.y + face.h / 2 - (sine + cosine) * half,
    ],
    points,
    points,
    true,
  );
  return evenlyLit(grey(fine > 1 ? areaResized(square, SIDE, SIDE) : square));
}

/** The crop as bright as FER2013's faces usually are: exposed anew, as it were. */
function evenlyLit(crop: Uint8Array): Uint8Array {
  const inner: number[] = [];
  for (let y = RIM; y < SIDE - RIM; y++) {
    for (let x = RIM; x < SIDE - RIM; x++) inner.push(crop[y * SIDE + x]);
  }
  inner.sort((a, b) => a - b);
  const bright = inner[Math.floor(BRIGHT * inner.length)];
  const gain = Math.min(GAIN[1], Math.max(GAIN[0], WHITE / Math.max(bright, 1)));
  return crop.map((value) => Math.min(255, Math.round(value * gain)));
}
