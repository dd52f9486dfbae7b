/** Finding the faces in a picture: BlazeFace proposes, and where it is in doubt FaceMesh confirms.
 *
 * As `models/inference/face_detector.py`, which says what the thresholds rest on. */

import type { BlazeFace, Detection } from './blazeface';
import type { FaceMesh } from './face_mesh';
import { oneOfEach, placed, windows } from './face_windows';
import { areaResized, linearResized, type Picture, windowOf } from './picture';

/** From this score on BlazeFace's proposals are looked at. */
export const POSSIBLE = 0.4;
const LIKELY = 0.5;
/** From this score on a face is taken for one without asking the mesh. */
const CERTAIN = 0.88;
const LIKELY_PRESENCE = 0.6;
const POSSIBLE_PRESENCE = 0.9;
/** Of what is seen in a part of the picture, of which there are many. */
const WINDOW_PRESENCE = 0.98;
/** Windows side by side that a picture is cut into at most, but for what they overlap. */
const MOST_ALONG = 16;
/** Side of the pieces of a second look, of the picture's shorter side. */
const CLOSER = 5 / 6;
const CLOSER_STEP = 0.75;

export class FaceDetector {
  constructor(
    private readonly proposer: BlazeFace,
    private readonly confirmer: FaceMesh,
  ) {}

  /** The faces in the picture, the largest box first. */
  async detect(picture: Picture): Promise<Detection[]> {
    const whole = await this.proposer.detect(picture);
    const found = await this.confirmed(picture, whole, LIKELY_PRESENCE, POSSIBLE_PRESENCE);
    if (found.length) return found;
    // A face that leans back, or sits far away, is too small for the network in the whole picture.
    const closer = oneOfEach(await this.windowed(picture));
    return this.confirmed(picture, closer, WINDOW_PRESENCE, WINDOW_PRESENCE);
  }

  private async windowed(picture: Picture): Promise<Detection[]> {
    const { side } = this.proposer;
    const [shorter, longer] = [picture.width, picture.height].sort((a, b) => a - b);
    const scale = side / Math.max(1, CLOSER * shorter, longer / MOST_ALONG);
    const width = Math.max(1, Math.round(picture.width * scale));
    const height = Math.max(1, Math.round(picture.height * scale));
    const sized = (scale < 0.5 ? areaResized : linearResized)(picture, width, height);
    const found: Detection[] = [];
    for (const [left, top] of windows(width, height, side, Math.max(1, Math.round(CLOSER_STEP * side)))) {
      for (const face of await this.proposer.detect(windowOf(sized, left, top, side))) {
        found.push(placed(face, left, top, picture.width / width, picture.height / height));
      }
    }
    return found;
  }

  private async confirmed(
    picture: Picture,
    proposed: Detection[],
    likely: number,
    possible: number,
  ): Promise<Detection[]> {
    const found: Detection[] = [];
    for (const face of proposed) {
      const needed = face.score >= LIKELY ? likely : possible;
      if (face.score >= CERTAIN || (await this.confirmer.presence(picture, face)) >= needed) {
        found.push(face);
      }
    }
    return found;
  }
}
