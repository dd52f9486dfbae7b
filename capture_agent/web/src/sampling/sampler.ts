/** Turns the pictures of each second into one Observation, whose id is minted here, once.
 *
 * As `capture_agent/sampling/sampler.py`. */

import { ATTENTIVE_RULE } from '../contract/engagement';
import type { Attention, Observation } from '../contract/types';
import { AttentionTracker, type Judgement } from '../perception/attention';
import type { HeadPose } from '../perception/head_pose';
import { engagement, type FaceReading, type PictureReading, readable } from '../perception/pipeline';
import type { ClockCorrection } from './clock';
import { uuid7 } from './ids';
import { Seconds } from './seconds';

interface Notes {
  index: number;
  beganAt: number;
  pictures: number;
  mostFaces: number;
  faces: FaceReading[];
  judged: { pose: HeadPose; judgement: Judgement }[];
}

const MOST_FACES = 200;

/** Sums each second of one student up, from the pictures that are looked at. */
export class Sampler {
  private readonly seconds: Seconds;
  private readonly tracker = new AttentionTracker();
  private notes: Notes | null = null;

  constructor(
    private readonly modelId: string,
    picturesPerSecond: number,
    private readonly correction: ClockCorrection,
  ) {
    this.seconds = new Seconds(picturesPerSecond);
  }

  setRate(picturesPerSecond: number): void {
    this.seconds.setRate(picturesPerSecond);
  }

  wants(monotonic: number): boolean {
    return this.seconds.wants(monotonic);
  }

  /** Take one picture in; the summary of the second before, where this begins a new one. */
  add(reading: PictureReading, capturedAt: number, monotonic: number): Observation | null {
    const { index, into } = this.seconds.of(monotonic);
    let finished: Observation | null = null;
    if (this.notes === null || index !== this.notes.index) {
      finished = this.finish();
      const beganAt = capturedAt - into * 1000;
      this.notes = { index, beganAt, pictures: 0, mostFaces: 0, faces: [], judged: [] };
    }
    this.note(this.notes, reading, monotonic);
    return finished;
  }

  /** The summary of the second that is under way, if it has a picture. */
  finish(): Observation | null {
    const { notes } = this;
    this.notes = null;
    return notes === null ? null : this.summary(notes);
  }

  /** As `finish`; what comes next begins a second of its own. */
  pause(): Observation | null {
    const finished = this.finish();
    this.seconds.restart();
    return finished;
  }

  private note(notes: Notes, reading: PictureReading, monotonic: number): void {
    notes.pictures += 1;
    notes.mostFaces = Math.max(notes.mostFaces, reading.faces);
    const face = reading.student;
    if (face === null) {
      this.tracker.noFace();
      return;
    }
    notes.faces.push(face);
    const judged = engagement(face);
    if (face.pose !== null && judged !== null) {
      const judgement = this.tracker.judge(judged, monotonic);
      notes.judged.push({ pose: face.pose, judgement });
    }
  }

  private summary(notes: Notes): Observation {
    const capturedAt = this.correction.correct(notes.beganAt);
    const { faces, judged, pictures } = notes;
    const looks = faces.filter(readable).map((face) => face.probabilities);
    return {
      id: uuid7(capturedAt),
      captured_at: new Date(capturedAt).toISOString(),
      clock_offset_ms: this.correction.offset,
      frames: pictures,
      face_share: faces.length / pictures,
      faces: Math.min(notes.mostFaces, MOST_FACES),
      probabilities: looks.length
        ? (looks[0].map((_, i) => mean(looks.map((row) => row[i]))) as Observation['probabilities'])
        : null,
      attentive: judged.length ? rounded(mean(judged.map((one) => one.judgement.attentive)), 4) : null,
      attentive_rule: ATTENTIVE_RULE,
      attention: judged.length ? attention(judged) : null,
      detection_score: faces.length ? mean(faces.map((face) => face.score)) : null,
      model: this.modelId,
    };
  }
}

function attention(judged: Notes['judged']): Attention {
  return {
    yaw: rounded(mean(judged.map((one) => one.pose.yaw)), 2),
    pitch: rounded(mean(judged.map((one) => one.pose.pitch)), 2),
    roll: rounded(mean(judged.map((one) => one.pose.roll)), 2),
    eyes_open: rounded(mean(judged.map((one) => one.judgement.eyesOpen)), 4),
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
