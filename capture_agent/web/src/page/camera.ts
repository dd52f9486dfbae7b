/** Where pictures come from: the camera, or the meeting's own window; and what is in the way. */

/** Why there is no picture; the page has words and a way on for each. */
export type Trouble = 'insecure' | 'refused' | 'none' | 'busy' | 'lost' | 'failed';

export class CameraError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

/** Pictures of a face need no more; a camera that has nothing of the kind gives what it has. */
const WISH: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 10, max: 30 },
  facingMode: 'user',
};

/** Browsers give cameras to encrypted addresses alone, and to the machine's own. */
export function canUseCamera(): boolean {
  return window.isSecureContext && navigator.mediaDevices !== undefined;
}

export function canShareWindow(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** Open the camera. Raises CameraError. */
export function openCamera(): Promise<MediaStreamTrack> {
  return opened(() => navigator.mediaDevices.getUserMedia({ video: WISH, audio: false }));
}

/** Let the student choose a window. Raises CameraError. */
export function openWindow(): Promise<MediaStreamTrack> {
  return opened(() =>
    navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 10 } }, audio: false }),
  );
}

async function opened(ask: () => Promise<MediaStream>): Promise<MediaStreamTrack> {
  if (!canUseCamera()) throw new CameraError('insecure');
  try {
    return (await ask()).getVideoTracks()[0];
  } catch (error) {
    throw new CameraError(troubleOf(error));
  }
}

function troubleOf(error: unknown): Trouble {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

interface TrackProcessor {
  readable: ReadableStream<VideoFrame>;
}

type ProcessorClass = new (init: { track: MediaStreamTrack; maxBufferSize: number }) => TrackProcessor;

/** The track's own stream, which goes on in a background tab; null where the browser has none. */
export function framesOf(track: MediaStreamTrack): ReadableStream<VideoFrame> | null {
  const processor = (self as unknown as { MediaStreamTrackProcessor?: ProcessorClass })
    .MediaStreamTrackProcessor;
  return processor ? new processor({ track, maxBufferSize: 1 }).readable : null;
}

/** Shows a track and hands over its pictures, where the worker cannot read it by itself. */
export class Screen {
  private readonly video = document.createElement('video');

  async show(track: MediaStreamTrack): Promise<void> {
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.srcObject = new MediaStream([track]);
    await this.video.play();
  }

  picture(): Promise<ImageBitmap> {
    return createImageBitmap(this.video);
  }

  hide(): void {
    this.video.srcObject = null;
  }
}
