/** The session: which participant of which lecture this browser is. */

import type { Choices, JoinAnswer } from '../contract/types';

/** Enough to go on as the same participant after a reload, without joining a second time. */
export interface Session {
  participant: string;
  code: string;
  token: string;
  /** as whom somebody joined, where they said or were told a name */
  name: string;
  recoveryLink: string;
  policy: JoinAnswer['policy'];
  choices: Choices;
  beganAt: string;
  clockOffsetMs: number;
  /** the student took their agreement back, and the server has not heard of it yet */
  withdrawing?: boolean;
}
