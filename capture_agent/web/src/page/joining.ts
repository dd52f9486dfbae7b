/** Joining: the choices are the student's, and nothing is captured or sent before they agreed. */

import type { Choices } from '../contract/types';
import type { Session } from '../delivery/session';
import { Transport } from '../delivery/transport';
import { ClockCorrection } from '../sampling/clock';
import { part, say, told, whole, write } from './document';

const LINK = 'classpulse-link';

/** Someone who has just agreed, and whether ten seconds of their face at rest would help. */
export interface Joined {
  session: Session;
  baseline: boolean;
}

/** The personal link of the address, which is taken out of it: whoever looks at the address bar, or
 * is sent it, must not join as this student. */
export function personalLink(): string | null {
  const address = new URL(location.href);
  const link = address.searchParams.get('link');
  if (link !== null) {
    sessionStorage.setItem(LINK + told.code, link);
    address.searchParams.delete('link');
    history.replaceState(null, '', address);
  }
  return sessionStorage.getItem(LINK + told.code);
}

/** Wait until the form was filled in and the server took it. */
export function joined(link: string | null): Promise<Joined> {
  const form = part<HTMLFormElement>('consent-form');
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      const button = part<HTMLButtonElement>('agree');
      button.disabled = true;
      write('consent-error', '');
      agree(form, link)
        .then(resolve, (error: Error) => {
          write('consent-error', error.message || say('unreached'));
          part('consent-error').focus();
        })
        .finally(() => {
          button.disabled = false;
        });
    };
  });
}

async function agree(form: HTMLFormElement, link: string | null): Promise<Joined> {
  const filled = new FormData(form);
  const typed = (field: string) => String(filled.get(field) ?? '').trim() || null;
  const ticked = (field: string) => filled.get(field) === 'on';
  if (!ticked('class_mood')) throw new Error(say('must_agree'));
  const correction = new ClockCorrection();
  const transport = new Transport(whole(told.api), correction);
  const name = told.knownAs ?? typed('name');
  const asked = await transport.join({
    code: told.code,
    link: link ?? undefined,
    name: told.knownAs === null ? (name ?? undefined) : undefined,
  });
  if (asked.notice.version !== told.noticeVersion) throw new Error(say('notice_changed'));
  const choices: Choices = {
    class_mood: true,
    flags: ticked('flags'),
    ask_first: ticked('flags') && ticked('ask_first'),
    room: ticked('room'),
  };
  const agreed = await transport.consent({
    ticket: asked.ticket,
    notice_version: asked.notice.version,
    choices,
    guardian: typed('guardian') ?? undefined,
  });
  const session: Session = {
    participant: agreed.participant,
    code: told.code,
    token: agreed.token,
    name: name ?? '',
    recoveryLink: agreed.recovery_link,
    policy: asked.policy,
    choices,
    beganAt: asked.lecture.started_at,
    clockOffsetMs: correction.offset,
  };
  return { session, baseline: agreed.baseline ?? false };
}
