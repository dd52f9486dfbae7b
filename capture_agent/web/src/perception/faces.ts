/** Which of the faces in a picture is the student's: the largest, most central one. */

import type { Detection } from './blazeface';

/** Of half the diagonal: how fast being off-centre counts against size. */
const SIGMA = 0.45;

/** The face that is large and near the middle of the picture. */
export function chooseStudent(faces: Detection[], width: number, height: number): Detection | null {
  const reach = Math.hypot(width, height) / 2;
  const weight = (face: Detection) => {
    const away =
      Math.hypot(face.x + face.w / 2 - width / 2, face.y + face.h / 2 - height / 2) / reach;
    return face.w * face.h * Math.exp(-0.5 * (away / SIGMA) ** 2);
  };
  return faces.reduce<Detection | null>(
    (best, face) => (best === null || weight(face) > weight(best) ? face : best),
    null,
  );
}
