/** Points on a face: the 468 landmarks of FaceMesh, found in the box of a detection.
 *
 * As `models/inference/face_mesh.py`, where its source is cited. */

import { type Detection, roll, sigmoid } from './blazeface';
import type { Network } from './networks';
import { type Affine, type Picture, turned } from './picture';

export const LANDMARKS = 468;
/** The side of the square that the network reads, over the longer side of the detection's box. */
const MARGIN = 1.5;

export interface Landmarks {
  /** x and y in pixels of the picture, z in the same unit, one landmark after the other */
  points: Float64Array;
  /** how sure the network is that it saw a face at all, 0 to 1 */
  presence: number;
}

export class FaceMesh {
  constructor(private readonly network: Network) {}

  /** The landmarks of the face that `face` found in the picture. */
  async landmarks(picture: Picture, face: Detection): Promise<Landmarks> {
    const map = this.toPicture(face);
    const { mesh, presence } = await this.look(this.upright(picture, map));
    const points = new Float64Array(LANDMARKS * 3);
    const size = Math.hypot(map[0], map[3]);
    for (let i = 0; i < points.length; i += 3) {
      points[i] = map[0] * mesh[i] + map[1] * mesh[i + 1] + map[2];
      points[i + 1] = map[3] * mesh[i] + map[4] * mesh[i + 1] + map[5];
      points[i + 2] = mesh[i + 2] * size;
    }
    return { points, presence };
  }

  /** How sure a straight and a mirrored look both are that this is a face. */
  async presence(picture: Picture, face: Detection): Promise<number> {
    const upright = this.upright(picture, this.toPicture(face));
    const straight = (await this.look(upright)).presence;
    return Math.min(straight, (await this.look(mirrored(upright))).presence);
  }

  private async look(upright: Picture): Promise<{ mesh: Float32Array; presence: number }> {
    const values = new Float32Array(upright.width * upright.height * 3);
    for (let to = 0, from = 0; to < values.length; to += 3, from += 4) {
      values[to] = upright.data[from] / 255;
      values[to + 1] = upright.data[from + 1] / 255;
      values[to + 2] = upright.data[from + 2] / 255;
    }
    const [mesh, score] = (await this.network.run(values)).sort((a, b) => b.length - a.length);
    return { mesh, presence: sigmoid(score[0]) };
  }

  /** The map from the face turned upright by its eyes to the picture. */
  private toPicture(face: Detection): Affine {
    const { side } = this.network;
    const scale = (MARGIN * Math.max(face.w, face.h)) / side;
    const [cosine, sine] = [scale * Math.cos(roll(face)), scale * Math.sin(roll(face))];
    const middle = (side - 1) / 2;
    return [
      cosine, -sine, face.x + face.w / 2 - (cosine - sine) * middle,
      sine, cosine, face.y + face.h / 2 - (sine + cosine) * middle,
    ];
  }

  private upright(picture: Picture, map: Affine): Picture {
    return turned(picture, map, this.network.side, this.network.side, false);
  }
}

function mirrored(picture: Picture): Picture {
  const data = new Uint8ClampedArray(picture.data.length);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const from = (y * picture.width + x) * 4;
      data.set(picture.data.subarray(from, from + 4), (y * picture.width + picture.width - 1 - x) * 4);
    }
  }
  return { data, width: picture.width, height: picture.height };
}
