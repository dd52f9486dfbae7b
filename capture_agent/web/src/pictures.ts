/** Where the worker gets its pictures: from the camera's own stream, or from the page, one by one. */

import type { Picture } from './perception/picture';

/** Longer than this no camera takes for a picture: it is lost. */
const PATIENCE_MS = 6000;
/** Larger pictures tell nothing more of one face, and cost more. */
const MOST_PIXELS = 1280;

export class NoPictureError extends Error {}

/** Pictures on demand, always the newest. */
export class Pictures {
  private canvas: OffscreenCanvas | null = null;
  private reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  private hand: ((picture: ImageBitmap) => void) | null = null;

  /** `want`: asks the page for a picture, where it hands them over one by one. */
  constructor(private readonly want: () => void) {}

  /** Read from a camera's own stream from now on. */
  read(frames: ReadableStream<VideoFrame>): void {
    this.close();
    this.reader = frames.getReader();
  }

  /** Ask the page from now on. */
  ask(): void {
    this.close();
  }

  /** The page hands over what it was asked for. */
  take(picture: ImageBitmap): void {
    if (this.hand === null) picture.close();
    else this.hand(picture);
    this.hand = null;
  }

  close(): void {
    this.reader?.cancel().catch(() => undefined);
    this.reader = null;
    this.hand = null;
  }

  /** The newest picture. Raises NoPictureError where none comes. */
  async next(): Promise<Picture> {
    const source = await inTime<VideoFrame | ImageBitmap>(this.reader === null ? this.asked() : fresh(this.reader));
    try {
      return this.pixels(source);
    } finally {
      source.close();
    }
  }

  private asked(): Promise<ImageBitmap> {
    return new Promise((resolve) => {
      this.hand = resolve;
      this.want();
    });
  }

  private pixels(source: VideoFrame | ImageBitmap): Picture {
    const [w, h] =
      'displayWidth' in source ? [source.displayWidth, source.displayHeight] : [source.width, source.height];
    const scale = Math.min(1, MOST_PIXELS / Math.max(w, h));
    const [width, height] = [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))];
    if (this.canvas?.width !== width || this.canvas.height !== height) {
      this.canvas = new OffscreenCanvas(width, height);
    }
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new NoPictureError('no canvas');
    context.drawImage(source, 0, 0, width, height);
    return { data: context.getImageData(0, 0, width, height).data, width, height };
  }
}

async function fresh(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<VideoFrame> {
  const { value } = await reader.read();
  if (value === undefined) throw new NoPictureError('the stream is over');
  return value;
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoPictureError('no picture came')), PATIENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
