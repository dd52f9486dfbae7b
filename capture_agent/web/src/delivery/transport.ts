/** The wire: the contract's requests over HTTP, and every answer as a value or one clear error.
 *
 * As `capture_agent/delivery/transport.py`. */

import type {
  BatchAnswer,
  ConsentAnswer,
  ConsentRequest,
  Deleted,
  JoinAnswer,
  JoinRequest,
  Problem,
  Pulse,
} from '../contract/types';
import type { ClockCorrection } from '../sampling/clock';
import type { Item, Kind } from './outbox';

const TIMEOUT_MS = 10_000;
const FINAL = [404, 409, 410];
const AS_IT_STANDS = [400, 422];
const LONGEST_WAIT_S = 300;

/** The server gave no usable answer; sending the same later may succeed. */
export class DeliveryError extends Error {
  constructor(
    message: string,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

/** The server's no is final. The message is its own words. */
export class RefusedError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The server could not take this request as it stands. */
export class NotAcceptedError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** One second and one event as the server stores them, as far as the page shows them. */
export interface StoredPage {
  events: unknown[];
  pulses: unknown[];
  flags: unknown[];
  observations: { captured_at: string; probabilities: number[] | null; attentive: number | null }[];
  next: string | null;
}

/** One server's API at `base`. `correction` learns the server's time from what it answers. */
export class Transport {
  constructor(
    private readonly base: string,
    private readonly correction: ClockCorrection,
  ) {}

  join(request: JoinRequest): Promise<JoinAnswer> {
    return this.ask('POST', 'join', request);
  }

  consent(request: ConsentRequest): Promise<ConsentAnswer> {
    return this.ask('POST', 'consents', request);
  }

  /** Send items of one kind; the answer has one verdict for each, in order. */
  async send(kind: Kind, items: Item[], token: string): Promise<BatchAnswer> {
    const body = `{"items":[${items.map((item) => item.body).join(',')}]}`;
    const sent = Date.now();
    const answer: BatchAnswer = await (await this.request('POST', kind, token, body)).json();
    this.correction.learn(Date.parse(answer.server_time), sent, Date.now());
    if (answer.verdicts.length !== items.length) {
      throw new DeliveryError(`${answer.verdicts.length} verdicts to ${items.length} items`);
    }
    return answer;
  }

  async pulse(answer: Pulse, token: string): Promise<void> {
    await this.request('POST', 'pulse', token, JSON.stringify(answer));
  }

  stored(token: string, after: string | null): Promise<StoredPage> {
    return this.ask('GET', `me/observations${after ? `?after=${after}` : ''}`, undefined, token);
  }

  async deleteStored(token: string): Promise<number> {
    const answer: Deleted = await this.ask('DELETE', 'me/observations', undefined, token);
    return answer.observations;
  }

  async withdraw(token: string): Promise<void> {
    await this.request('DELETE', 'consents/me', token);
  }

  private async ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const sent = Date.now();
    const told = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.request(method, path, token, told);
    this.correction.learn(Date.parse(response.headers.get('Date') ?? ''), sent, Date.now());
    return response.json();
  }

  private async request(
    method: string,
    path: string,
    token?: string,
    body?: string,
  ): Promise<Response> {
    const headers = new Headers({ Accept: 'application/json, application/problem+json' });
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers,
        body,
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new DeliveryError(error instanceof Error ? error.message : String(error));
    }
    if (response.ok) return response;
    throw await unusable(response);
  }
}

async function unusable(response: Response): Promise<Error> {
  const problem = await problemOf(response);
  const { status } = response;
  const detail = problem?.detail ?? `${status}`;
  if (status === 413) return new NotAcceptedError(detail, status);
  if (status === 401 || status === 403) return new RefusedError(detail, status);
  // Without the contract's own words these come from something in between.
  if (problem !== null && AS_IT_STANDS.includes(status)) return new NotAcceptedError(detail, status);
  if (problem !== null && FINAL.includes(status)) return new RefusedError(detail, status);
  return new DeliveryError(detail, retryAfter(response.headers.get('Retry-After')));
}

async function problemOf(response: Response): Promise<Problem | null> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** Seconds to wait, from `Retry-After` as seconds or as a date; at most five minutes. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  let seconds = Number(value);
  if (Number.isNaN(seconds)) seconds = (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(LONGEST_WAIT_S, Math.max(0, seconds));
}
