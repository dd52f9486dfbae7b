/** What agent and server say to each other.
 *
 * Written by `python -m scripts.browser_contract` from the contract's JSON Schema. */

export const LOOKS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;

export const MAX_BATCH = 600;

export interface Ask {
  id: string;
  text: string;
}

export interface Attention {
  /** degrees, positive to the student's left */
  yaw: number;
  /** degrees, positive upwards */
  pitch: number;
  /** degrees, positive clockwise as the camera sees it */
  roll: number;
  /** 0 shut to 1 open, against the student's own open eyes */
  eyes_open: number;
}

export interface BatchAnswer {
  verdicts: (ItemVerdict)[];
  server_time: string;
  lecture: LectureState;
  ended_at?: string | null;
  admitted?: boolean;
  ask?: Ask | null;
}

export interface Choices {
  class_mood: boolean;
  flags?: boolean;
  ask_first?: boolean;
  room?: boolean;
}

export interface ConsentAnswer {
  token: string;
  participant: string;
  /** path that opens the student's own page */
  recovery_link: string;
  /** false while the teacher of an open course has not said yes */
  admitted: boolean;
  /** whether ten seconds of just looking at the screen, marked by the events baseline_start and baseline_end, would help: flags were chosen, and no earlier lecture tells how this student usually looks */
  baseline?: boolean;
}

export interface ConsentRequest {
  ticket: string;
  notice_version: string;
  choices: Choices;
  guardian?: string | null;
}

export type CourseMode = 'roster' | 'open' | 'anonymous';

export interface Deleted {
  observations: number;
}

export interface Event {
  id: string;
  at: string;
  kind: EventKind;
  count?: number;
}

export type EventKind = 'paused' | 'resumed' | 'camera_lost' | 'camera_back' | 'baseline_start' | 'baseline_end' | 'stopped' | 'outbox_overflow';

export interface ItemVerdict {
  /** null where the item's own id could not be read */
  id: string | null;
  verdict: Verdict;
  reason?: Reason | null;
  /** the rule and the value, for people */
  detail?: string | null;
}

export interface JoinAnswer {
  lecture: LectureFacts;
  policy: Policy;
  notice: Notice;
  ticket: string;
  /** what this student chose in this course before, for this notice */
  consented?: Choices | null;
}

export interface JoinRequest {
  code: string;
  link?: string | null;
  name?: string | null;
}

export interface LectureFacts {
  id: string;
  title: string;
  course: string;
  mode: CourseMode;
  state: LectureState;
  started_at: string;
  ended_at?: string | null;
}

export type LectureState = 'running' | 'ended';

export interface Notice {
  version: string;
  text: string;
}

export interface Observation {
  /** minted once, at capture; sending it again changes nothing */
  id: string;
  /** when the second began, UTC, clock correction applied */
  captured_at: string;
  /** the correction already applied, or 0 */
  clock_offset_ms?: number;
  /** pictures analysed in this second */
  frames: number;
  /** share of those pictures with a face */
  face_share: number;
  /** most faces seen in one picture */
  faces: number;
  /** mean of the seven calibrated probabilities in FER2013 order, over the pictures whose face can be read; null: no face, or none that can be read */
  probabilities: [number, number, number, number, number, number, number] | null;
  /** how engaged the pictures with a face look, in the mean (attentive_rule) */
  attentive: number | null;
  /** how attentive was judged: 1 (left out by older agents) share of pictures with the head near its habit and open eyes; 2 mean probability by the whole face */
  attentive_rule?: number;
  attention?: Attention | null;
  /** how sure the face detector was */
  detection_score?: number | null;
  /** name and version of the model that made the probabilities */
  model: string;
}

export type Policy = 'individual' | 'aggregate' | 'self_report';

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail: string;
  instance?: string | null;
}

export interface Pulse {
  mood?: PulseMood | null;
  ask?: string | null;
  answer?: boolean | null;
}

export type PulseMood = 'good' | 'okay' | 'lost' | 'bored' | 'low';

export type Reason = 'invalid' | 'future' | 'before_start' | 'after_end' | 'too_late' | 'policy';

export type Verdict = 'accepted' | 'duplicate' | 'rejected';
