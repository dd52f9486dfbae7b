/** Where a head is turned, in degrees, from the points of its face.
 *
 * As `capture_agent/perception/head_pose.py`: the same points of the canonical face, brought onto the
 * picture so that the squares of what is left are least, by Levenberg and Marquardt from a start in
 * weak perspective (DeMenthon & Davis 1995). */

const MIDLINE: Record<number, Vector> = {
  10: [0, 8.261778, 4.481535],
  151: [0, 6.54539, 5.027311],
  168: [0, 3.271027, 5.236015],
  6: [0, 2.473255, 5.788627],
  4: [0, -0.46317, 7.58658],
  1: [0, -1.126865, 7.475604],
  2: [0, -2.089024, 6.058267],
};
/** The student's right, the same on the left, and the left one's place. */
const PAIRS: [number, number, Vector][] = [
  [33, 263, [4.445859, 2.663991, 3.173422]],
  [133, 362, [1.856432, 2.585245, 3.757904]],
  [129, 358, [1.785794, -0.978284, 4.85047]],
  [54, 284, [6.279331, 6.615427, 1.42585]],
  [127, 356, [7.743095, 2.364999, -2.005167]],
  [234, 454, [7.664182, 0.673132, -2.435867]],
];

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

/** Landmark index and its place on the canonical face: to the student's left, up, to the camera. */
export const CANONICAL: [number, Vector][] = [
  ...Object.entries(MIDLINE).map(([index, place]): [number, Vector] => [Number(index), place]),
  ...PAIRS.flatMap(([right, left, [x, y, z]]): [number, Vector][] => [
    [right, [-x, y, z]],
    [left, [x, y, z]],
  ]),
];

/** Degrees: yaw positive to the student's left, pitch upwards, roll clockwise as seen. */
export interface HeadPose {
  yaw: number;
  pitch: number;
  roll: number;
}

const MOST_STEPS = 50;

/** The pose of the face whose landmarks lie in a picture of that size; null where none fits. */
export function headPose(points: Float64Array, width: number, height: number): HeadPose | null {
  // The camera's own focal length is unknown; that of a usual webcam (about 55° across) is taken.
  const focal = Math.max(width, height);
  const seen = CANONICAL.map(([index]) => [
    (points[index * 3] - width / 2) / focal,
    (points[index * 3 + 1] - height / 2) / focal,
  ]);
  if (!seen.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) return null;
  const places = CANONICAL.map(([, place]) => place);
  const start = weakPerspective(places, seen);
  if (start === null) return null;
  const { rotation, position } = refined(places, seen, start);
  if (!(position[2] > 0)) return null;
  // From the camera's axes (right, down, away) to the face's.
  const turned = rotation.map((row, i) => (i ? row.map((value) => -value) : row)) as Matrix;
  return poseOf(turned);
}

/** Degrees from a rotation whose identity is a face that looks into the camera: yaw about the
 * upright, then pitch, then roll about the nose. */
export function poseOf(turned: Matrix): HeadPose {
  const [x, y, z] = turned.map((row) => row[2]);
  const yaw = Math.atan2(x, z);
  const pitch = Math.asin(Math.min(1, Math.max(-1, y)));
  // The first row of what is left once yaw and pitch are undone.
  const upright = (axis: number) => Math.cos(yaw) * turned[0][axis] - Math.sin(yaw) * turned[2][axis];
  const roll = Math.atan2(upright(1), upright(0));
  const degrees = 180 / Math.PI;
  return { yaw: yaw * degrees, pitch: pitch * degrees, roll: roll * degrees };
}

interface Pose {
  rotation: Matrix;
  position: Vector;
}

/** Turn and place where all points are taken for equally far. */
function weakPerspective(places: Vector[], seen: number[][]): Pose | null {
  const centre = mean(places) as Vector;
  const goal = mean(seen);
  const squares = zeros(3, 3);
  const [across, down] = [[0, 0, 0], [0, 0, 0]];
  places.forEach((place, n) => {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) squares[i][j] += (place[i] - centre[i]) * (place[j] - centre[j]);
      across[i] += (place[i] - centre[i]) * (seen[n][0] - goal[0]);
      down[i] += (place[i] - centre[i]) * (seen[n][1] - goal[1]);
    }
  });
  const [first, second] = [solved(squares, across), solved(squares, down)] as (Vector | null)[];
  if (first === null || second === null) return null;
  const scale = (Math.hypot(...first) + Math.hypot(...second)) / 2;
  if (!(scale > 1e-12)) return null;
  const x = unit(first);
  const z = unit(cross(x, second));
  const rotation: Matrix = [x, cross(z, x), z];
  const depth = 1 / scale;
  const shifted = applied(rotation, centre);
  return {
    rotation,
    position: [goal[0] * depth - shifted[0], goal[1] * depth - shifted[1], depth - shifted[2]],
  };
}

/** The pose near `start` that leaves the least squares. */
function refined(places: Vector[], seen: number[][], start: Pose): Pose {
  let pose = start;
  let left = squared(places, seen, pose);
  let damping = 1e-3;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { normal, gradient } = linearised(places, seen, pose);
    for (let i = 0; i < 6; i++) normal[i][i] *= 1 + damping;
    const change = solved(normal, gradient);
    if (change === null) break;
    const next = moved(pose, change);
    const remaining = squared(places, seen, next);
    if (remaining <= left) {
      const gain = left - remaining;
      [pose, left, damping] = [next, remaining, damping / 10];
      if (gain <= 1e-12 * left) break;
    } else {
      damping *= 10;
      if (damping > 1e10) break;
    }
  }
  return pose;
}

function squared(places: Vector[], seen: number[][], { rotation, position }: Pose): number {
  return places.reduce((sum, place, n) => {
    const [x, y, z] = added(applied(rotation, place), position);
    return z <= 0 ? Infinity : sum + (seen[n][0] - x / z) ** 2 + (seen[n][1] - y / z) ** 2;
  }, 0);
}

/** The normal equations of a small turn (about the camera's axes) and a small shift. */
function linearised(places: Vector[], seen: number[][], { rotation, position }: Pose) {
  const normal = zeros(6, 6);
  const gradient = [0, 0, 0, 0, 0, 0];
  places.forEach((place, n) => {
    const [a, b, c] = applied(rotation, place);
    const [x, y, z] = added([a, b, c], position);
    // Rows of d(x, y, z)/d(turn, shift): a turn w moves a point by w × point.
    const moves = [
      [0, c, -b, 1, 0, 0],
      [-c, 0, a, 0, 1, 0],
      [b, -a, 0, 0, 0, 1],
    ];
    [x, y].forEach((value, axis) => {
      const slope = moves[axis].map((move, i) => move / z - (value * moves[2][i]) / (z * z));
      const missing = seen[n][axis] - value / z;
      for (let i = 0; i < 6; i++) {
        gradient[i] += slope[i] * missing;
        for (let j = 0; j < 6; j++) normal[i][j] += slope[i] * slope[j];
      }
    });
  });
  return { normal, gradient };
}

function moved({ rotation, position }: Pose, change: number[]): Pose {
  const turn = rodrigues(change.slice(0, 3) as Vector);
  const columns = [0, 1, 2].map((j) => applied(turn, rotation.map((row) => row[j]) as Vector));
  return {
    rotation: [0, 1, 2].map((i) => columns.map((column) => column[i])) as Matrix,
    position: added(position, change.slice(3) as Vector),
  };
}

function rodrigues(axis: Vector): Matrix {
  const angle = Math.hypot(...axis);
  if (angle < 1e-12) return [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const [x, y, z] = axis.map((part) => part / angle);
  const [c, s, t] = [Math.cos(angle), Math.sin(angle), 1 - Math.cos(angle)];
  return [
    [c + x * x * t, x * y * t - z * s, x * z * t + y * s],
    [y * x * t + z * s, c + y * y * t, y * z * t - x * s],
    [z * x * t - y * s, z * y * t + x * s, c + z * z * t],
  ];
}

/** The solution of a linear system, by elimination with pivots; null where it has none. */
function solved(matrix: number[][], right: number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    }
    if (!(Math.abs(rows[pivot][column]) > 1e-18)) return null;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k <= size; k++) rows[row][k] -= factor * rows[column][k];
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}

function zeros(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}

function mean(values: number[][]): number[] {
  return values[0].map((_, i) => values.reduce((sum, value) => sum + value[i], 0) / values.length);
}

function applied(matrix: Matrix, [x, y, z]: Vector): Vector {
  return matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as Vector;
}

function added(one: Vector, other: Vector): Vector {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
}

function cross([a, b, c]: Vector, [x, y, z]: Vector): Vector {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector);
  return vector.map((part) => part / length) as Vector;
}
