/** Follows the student's face from picture to picture by its landmarks, between two detections.
 *
 * As `capture_agent/perception/face_tracking.py`, where its source is cited. */

import type { Detection, Point } from './blazeface';
import type { FaceMesh, Landmarks } from './face_mesh';
import { CANONICAL } from './head_pose';
import type { Picture } from './picture';

/** Between two pictures, four a second: in more time a head may be anywhere. */
const LONGEST_GAP_S = 0.26;
/** Whoever comes into view beside the student is counted within this time. */
const DETECT_EVERY_S = 0.5;
/** The landmarks' presence, at least, of a face that is followed. */
const STILL_A_FACE = 0.9;

interface Seen {
  face: Detection;
  points: Float64Array;
  now: Detection;
  faces: number;
  detectedAt: number;
  seenAt: number;
}

/** Remembers one face for half a second. */
export class FaceTracker {
  private seen: Seen | null = null;

  constructor(private readonly mesh: FaceMesh) {}

  /** The student's face was detected at that time, among so many faces. */
  found(face: Detection, { points }: Landmarks, faces: number, at: number): void {
    this.seen = { face, points, now: face, faces, detectedAt: at, seenAt: at };
  }

  /** No face was found. */
  lose(): void {
    this.seen = null;
  }

  /** The face in the picture of that time, its landmarks, and the faces last counted; null where it
   * is time to detect again, or the face is not where it was. */
  async follow(picture: Picture, at: number) {
    const { seen } = this;
    if (seen === null || at < seen.seenAt || at - seen.seenAt > LONGEST_GAP_S) return null;
    if (at - seen.detectedAt >= DETECT_EVERY_S - 1e-3) return null;
    const landmarks = await this.mesh.landmarks(picture, seen.now);
    if (landmarks.presence < STILL_A_FACE) return null;
    const now = moved(seen.face, seen.points, landmarks.points);
    this.seen = { ...seen, now, seenAt: at };
    return { face: now, landmarks, faces: seen.faces };
  }
}

/** `face`, whose landmarks were `before`, where they are `after`: the shift, turn and scale that bring
 * the steady points closest (least squares; Umeyama 1991). */
export function moved(face: Detection, before: Float64Array, after: Float64Array): Detection {
  const start = steady(before);
  const end = steady(after);
  const [origin, goal] = [mean(start), mean(end)];
  let [spread, real, imaginary] = [0, 0, 0];
  start.forEach(([x, y], i) => {
    const [a, b] = [x - origin[0], y - origin[1]];
    const [c, d] = [end[i][0] - goal[0], end[i][1] - goal[1]];
    spread += a * a + b * b;
    real += a * c + b * d;
    imaginary += a * d - b * c;
  });
  const [cosine, sine] = spread > 0 ? [real / spread, imaginary / spread] : [1, 0];
  const place = ([x, y]: Point): Point => [
    cosine * (x - origin[0]) - sine * (y - origin[1]) + goal[0],
    sine * (x - origin[0]) + cosine * (y - origin[1]) + goal[1],
  ];
  const scale = Math.hypot(cosine, sine);
  const [w, h] = [scale * face.w, scale * face.h];
  const [x, y] = place([face.x + face.w / 2, face.y + face.h / 2]);
  return { x: x - w / 2, y: y - h / 2, w, h, score: face.score, keypoints: face.keypoints.map(place) };
}

/** Landmarks on bone and cartilage: a mouth that opens does not move the head. */
function steady(points: Float64Array): Point[] {
  return CANONICAL.map(([index]) => [points[index * 3], points[index * 3 + 1]]);
}

function mean(points: Point[]): Point {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
