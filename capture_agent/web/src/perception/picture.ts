/** Pictures as bytes, and how they are shrunk, turned and made grey: as OpenCV does it. */

export interface Picture {
  /** red, green, blue and one byte that says nothing, row by row */
  data: Uint8ClampedArray | Uint8Array;
  width: number;
  height: number;
}

/** Maps a place in the picture that is made to one in the picture it is made of: (2, 3), by rows. */
export type Affine = readonly [number, number, number, number, number, number];

/** The picture in another size, each new pixel the mean of the area that it stands for. */
export function areaResized(picture: Picture, width: number, height: number): Picture {
  const across = overlaps(picture.width, width);
  const down = overlaps(picture.height, height);
  const { data } = picture;
  const row = new Float32Array(picture.width * 3);
  const made = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let j = down.start[y]; j < down.start[y + 1]; j++) {
      const weight = down.weight[j];
      let from = down.from[j] * picture.width * 4;
      for (let x = 0; x < row.length; x += 3, from += 4) {
        row[x] += weight * data[from];
        row[x + 1] += weight * data[from + 1];
        row[x + 2] += weight * data[from + 2];
      }
    }
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = across.start[x]; i < across.start[x + 1]; i++) {
        const weight = across.weight[i];
        const from = across.from[i] * 3;
        red += weight * row[from];
        green += weight * row[from + 1];
        blue += weight * row[from + 2];
      }
      const to = (y * width + x) * 4;
      made[to] = red;
      made[to + 1] = green;
      made[to + 2] = blue;
      made[to + 3] = 255;
    }
  }
  return { data: made, width, height };
}

/** Which old pixels each new one is made of along a line, and with which weights. */
function overlaps(old: number, fresh: number) {
  const start = new Int32Array(fresh + 1);
  const from: number[] = [];
  const weight: number[] = [];
  const scale = old / fresh;
  for (let place = 0; place < fresh; place++) {
    start[place] = from.length;
    const low = place * scale;
    const high = Math.min(old, low + scale);
    for (let pixel = Math.floor(low); pixel < high; pixel++) {
      const shared = Math.min(high, pixel + 1) - Math.max(low, pixel);
      if (shared > 1e-6) {
        from.push(pixel);
        weight.push(shared / scale);
      }
    }
  }
  start[fresh] = from.length;
  return { start, from, weight };
}

/** The picture in another size, between its pixels where a new one falls there. */
export function linearResized(picture: Picture, width: number, height: number): Picture {
  const [across, down] = [picture.width / width, picture.height / height];
  return turned(picture, [across, 0, across / 2 - 0.5, 0, down, down / 2 - 0.5], width, height, true);
}

/** What `map` finds in the picture. Beyond its edge there is black, or the edge where it goes on. */
export function turned(
  picture: Picture,
  map: Affine,
  width: number,
  height: number,
  edgeGoesOn: boolean,
): Picture {
  const made = new Uint8ClampedArray(width * height * 4);
  const { width: w, height: h } = picture;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 4) {
      const u = map[0] * x + map[1] * y + map[2];
      const v = map[3] * x + map[4] * y + map[5];
      const left = Math.floor(u);
      const top = Math.floor(v);
      if (left >= 0 && top >= 0 && left < w - 1 && top < h - 1) {
        between(picture, left, top, u - left, v - top, made, to);
      } else {
        atEdge(picture, left, top, u - left, v - top, edgeGoesOn, made, to);
      }
    }
  }
  return { data: made, width, height };
}

/** The pixel between four that are all in the picture: almost every one. */
function between(
  { data, width }: Picture, left: number, top: number, a: number, b: number,
  made: Uint8ClampedArray, to: number,
): void {
  const from = (top * width + left) * 4;
  const below = from + width * 4;
  const [p, q, r, s] = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b];
  made[to] = p * data[from] + q * data[from + 4] + r * data[below] + s * data[below + 4];
  made[to + 1] = p * data[from + 1] + q * data[from + 5] + r * data[below + 1] + s * data[below + 5];
  made[to + 2] = p * data[from + 2] + q * data[from + 6] + r * data[below + 2] + s * data[below + 6];
  made[to + 3] = 255;
}

function atEdge(
  { data, width, height }: Picture, left: number, top: number, a: number, b: number,
  edgeGoesOn: boolean, made: Uint8ClampedArray, to: number,
): void {
  const sums = [0, 0, 0];
  for (let corner = 0; corner < 4; corner++) {
    let i = left + (corner & 1);
    let j = top + (corner >> 1);
    if (edgeGoesOn) {
      i = Math.min(width - 1, Math.max(0, i));
      j = Math.min(height - 1, Math.max(0, j));
    } else if (i < 0 || j < 0 || i >= width || j >= height) {
      continue;
    }
    const weight = (corner & 1 ? a : 1 - a) * (corner >> 1 ? b : 1 - b);
    for (let k = 0; k < 3; k++) sums[k] += weight * data[(j * width + i) * 4 + k];
  }
  made.set(sums, to);
  made[to + 3] = 255;
}

/** How light each pixel is, by the weights of ITU-R BT.601. */
export function grey(picture: Picture): Uint8Array {
  const made = new Uint8Array(picture.width * picture.height);
  for (let to = 0, from = 0; to < made.length; to++, from += 4) {
    made[to] =
      (9798 * picture.data[from] + 19235 * picture.data[from + 1] + 3735 * picture.data[from + 2] + 16384) >> 15;
  }
  return made;
}

/** The part of the picture that a window shows, black beyond its edge. */
export function windowOf(picture: Picture, left: number, top: number, side: number): Picture {
  const width = Math.min(side, picture.width - left);
  const height = Math.min(side, picture.height - top);
  const made = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 4;
    made.set(picture.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { data: made, width, height };
}
