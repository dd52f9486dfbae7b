/** From one picture to readings: detection, landmarks, crop, expression, pose and eyes.
 *
 * As `capture_agent/perception/pipeline.py`. */

import { READABLE } from '../contract/engagement';
import { LOOKS } from '../contract/types';
import { eyeRatio } from './attention';
import { BlazeFace, type Detection } from './blazeface';
import { faceCrop, framed } from './crops';
import { type Face, mouthRatio } from './engagement';
import { type ModelFacts, Predictor } from './expression';
import { FaceDetector, POSSIBLE } from './face_detector';
import { FaceMesh, type Landmarks } from './face_mesh';
import { FaceTracker } from './face_tracking';
import { chooseStudent } from './faces';
import { type HeadPose, headPose } from './head_pose';
import { loadNetwork, loadRuntime, type RuntimeFiles } from './networks';
import type { Picture } from './picture';

/** The landmarks' presence, at least, of what the detector takes for a face. */
const LEAST_PRESENT = 0.6;
const SAD = LOOKS.indexOf('sad');

/** One face as numbers. `pose` is null where its points fit no head. */
export interface FaceReading {
  score: number;
  probabilities: number[];
  pose: HeadPose | null;
  eyeRatio: number;
  mouthRatio: number;
  /** how sure the landmarks are that a whole face is there */
  presence: number;
}

/** Whether the look is worth judging; a face that is not is seen all the same. */
export function readable(face: FaceReading): boolean {
  return face.presence >= READABLE;
}

/** What is judged of it; null where its points fit no head. */
export function engagement(face: FaceReading): Face | null {
  if (face.pose === null) return null;
  const { yaw, pitch } = face.pose;
  const sad = readable(face) ? face.probabilities[SAD] : null;
  return { yaw, pitch, eyeRatio: face.eyeRatio, mouthRatio: face.mouthRatio, sad, presence: face.presence };
}

/** One picture: how many faces it shows, and the student's among them. */
export interface PictureReading {
  faces: number;
  student: FaceReading | null;
}

/** Where the networks lie, and which expression model it is. */
export interface VisionFiles {
  runtime: RuntimeFiles;
  detector: string;
  mesh: string;
  expression: string;
  model: ModelFacts;
}

/** Load all that looks at pictures. */
export async function loadPipeline(files: VisionFiles): Promise<Pipeline> {
  await loadRuntime(files.runtime);
  const [detector, landmarks, expression] = await Promise.all(
    [files.detector, files.mesh, files.expression].map(loadNetwork),
  );
  const mesh = new FaceMesh(landmarks);
  return new Pipeline(
    new FaceDetector(new BlazeFace(detector, POSSIBLE), mesh),
    mesh,
    new Predictor(expression, files.model),
  );
}

/** The models, applied in order. Remembers where the student's face was for half a second. */
export class Pipeline {
  private readonly tracker: FaceTracker;

  constructor(
    private readonly detector: FaceDetector,
    private readonly mesh: FaceMesh,
    private readonly predictor: Predictor,
  ) {
    this.tracker = new FaceTracker(mesh);
  }

  /** `name@version` of the expression model. */
  get modelId(): string {
    return this.predictor.facts.id;
  }

  /** Read the student's face; any other is counted and looked at no further. */
  async readStudent(picture: Picture, monotonic: number): Promise<PictureReading> {
    const followed = await this.tracker.follow(picture, monotonic);
    if (followed !== null) {
      const student = await this.read(picture, followed.face, followed.landmarks);
      return { faces: followed.faces, student };
    }
    const found: [Detection, Landmarks][] = [];
    for (const face of await this.detector.detect(picture)) {
      const landmarks = await this.mesh.landmarks(picture, face);
      if (landmarks.presence >= LEAST_PRESENT) found.push([face, landmarks]);
    }
    const student = chooseStudent(found.map(([face]) => face), picture.width, picture.height);
    const own = found.find(([face]) => face === student);
    if (own === undefined) {
      this.tracker.lose();
      return { faces: 0, student: null };
    }
    this.tracker.found(...own, found.length, monotonic);
    return { faces: found.length, student: await this.read(picture, ...own) };
  }

  private async read(
    picture: Picture,
    face: Detection,
    { points, presence }: Landmarks,
  ): Promise<FaceReading> {
    return {
      score: Math.min(1, Math.max(0, face.score)),
      probabilities: await this.predictor.predict(faceCrop(picture, framed(points, face))),
      pose: headPose(points, picture.width, picture.height),
      eyeRatio: eyeRatio(points),
      mouthRatio: mouthRatio(points),
      presence,
    };
  }
}
