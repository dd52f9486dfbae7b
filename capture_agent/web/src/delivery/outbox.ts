/** The outbox: what is to be sent lies in IndexedDB until the server has answered for it.
 *
 * As `capture_agent/delivery/outbox.py`. */

import type { Event, Observation } from '../contract/types';
import { uuid7 } from '../sampling/ids';
import type { Session } from './session';

/** What an item is, which is also the last word of the address it goes to. */
export type Kind = 'observations' | 'events';

/** One item as it will be sent: its JSON, fixed when it was put in. */
export interface Item {
  seq: number;
  participant: string;
  kind: Kind;
  id: string;
  body: string;
}

const VERSION = 1;
/** Most items kept unsent, a day of them; then the oldest make room, and are counted. */
export const MOST_ITEMS = 86_400;
/** No server takes what is older any more, so it has no reason to stay on this device. */
const STALE_MS = 48 * 3600 * 1000;

/** There is no room on the disk. The outbox is whole, and goes on once there is. */
export class OutboxFullError extends Error {}

/** Open or make the outbox called `name`. */
export async function openOutbox(name: string, most = MOST_ITEMS): Promise<Outbox> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const items = request.result.createObjectStore('items', { keyPath: 'seq', autoIncrement: true });
    items.createIndex('kind', ['participant', 'kind', 'seq']);
    items.createIndex('participant', 'participant');
    request.result.createObjectStore('sessions', { keyPath: 'participant' });
    request.result.createObjectStore('lost', { keyPath: 'participant' });
  };
  return new Outbox(await answered(request), most);
}

/** What waits to be sent, and the sessions it is sent under. */
export class Outbox {
  constructor(
    private readonly db: IDBDatabase,
    private readonly most: number,
  ) {
    // Another tab with a newer version must not wait for this one.
    db.onversionchange = () => db.close();
  }

  /** Put one item in; when this returns it is on the disk. In a full outbox the oldest makes room,
   * and is counted. Raises OutboxFullError where the disk has no room. */
  async add(participant: string, kind: Kind, item: Observation | Event): Promise<void> {
    await this.write(['items', 'lost'], async (tx) => {
      const items = tx.objectStore('items');
      const waiting = await answered(items.index('participant').count(participant));
      if (waiting >= this.most) await makeRoom(tx, participant, waiting - this.most + 1);
      items.add({ participant, kind, id: item.id, body: JSON.stringify(item) });
    });
  }

  /** Count what was captured and could not be kept. */
  async lose(participant: string, count: number): Promise<void> {
    await this.write(['lost'], (tx) => addLost(tx, participant, count));
  }

  /** Turn the count of lost items, if any, into an event that will be sent; the count. */
  async settleLost(participant: string, at: number): Promise<number> {
    let count = 0;
    await this.write(['items', 'lost'], async (tx) => {
      const lost = tx.objectStore('lost');
      count = (await answered(lost.get(participant)))?.count ?? 0;
      if (!count) return;
      lost.delete(participant);
      const id = uuid7(at);
      const event: Event = { id, at: new Date(at).toISOString(), kind: 'outbox_overflow', count };
      tx.objectStore('items').add({ participant, kind: 'events', id, body: JSON.stringify(event) });
    });
    return count;
  }

  /** The oldest waiting items of a kind, at most `limit`. */
  async oldest(participant: string, kind: Kind, limit: number): Promise<Item[]> {
    const index = this.db.transaction('items').objectStore('items').index('kind');
    const range = IDBKeyRange.bound([participant, kind], [participant, kind, Infinity]);
    return answered(index.getAll(range, limit));
  }

  /** Take out what the server has answered for. */
  async delete(items: Item[]): Promise<void> {
    await this.write(['items'], (tx) => {
      for (const item of items) tx.objectStore('items').delete(item.seq);
    });
  }

  /** How many items of a participant wait. */
  async waiting(participant: string): Promise<number> {
    return answered(
      this.db.transaction('items').objectStore('items').index('participant').count(participant),
    );
  }

  /** Every session that is kept, the newest last. */
  async sessions(): Promise<Session[]> {
    const found: (Session & { savedAt: number })[] = await answered(
      this.db.transaction('sessions').objectStore('sessions').getAll(),
    );
    return found.sort((a, b) => a.savedAt - b.savedAt);
  }

  /** Keep a session, in place of an earlier one of the same participant. */
  async saveSession(session: Session): Promise<void> {
    await this.write(['sessions'], (tx) => {
      tx.objectStore('sessions').put({ ...session, savedAt: Date.now() });
    });
  }

  /** Delete what waits of a participant, unsent; the session stays. How many items that were. */
  async discard(participant: string): Promise<number> {
    let count = 0;
    await this.write(['items', 'lost'], async (tx) => {
      count = await deleteItems(tx, participant);
    });
    return count;
  }

  /** Forget a participant with all that is kept of them; how many unsent items that were. */
  async forget(participant: string): Promise<number> {
    let count = 0;
    await this.write(['items', 'lost', 'sessions'], async (tx) => {
      count = await deleteItems(tx, participant);
      tx.objectStore('sessions').delete(participant);
    });
    return count;
  }

  /** Forget sessions that nothing was written under for two days. */
  async forgetStale(now: number): Promise<void> {
    for (const session of (await this.sessions()) as (Session & { savedAt: number })[]) {
      if (now - session.savedAt > STALE_MS) await this.forget(session.participant);
    }
  }

  private async write(
    stores: string[],
    work: (tx: IDBTransaction) => Promise<void> | void,
  ): Promise<void> {
    try {
      const tx = this.db.transaction(stores, 'readwrite', { durability: 'strict' });
      const done = new Promise<void>((resolve, reject) => {
        tx.oncomplete = () => resolve();
        tx.onabort = () => reject(tx.error);
      });
      // Whoever fails inside must not leave this unheard.
      done.catch(() => undefined);
      await work(tx);
      await done;
    } catch (error) {
      throw isFull(error) ? new OutboxFullError('The disk is full.') : error;
    }
  }
}

async function makeRoom(tx: IDBTransaction, participant: string, excess: number): Promise<void> {
  const items = tx.objectStore('items');
  const oldest = await answered(items.index('participant').getAllKeys(participant, excess));
  for (const key of oldest) items.delete(key);
  await addLost(tx, participant, oldest.length);
}

async function addLost(tx: IDBTransaction, participant: string, more: number): Promise<void> {
  const lost = tx.objectStore('lost');
  const before = (await answered(lost.get(participant)))?.count ?? 0;
  lost.put({ participant, count: before + more });
}

async function deleteItems(tx: IDBTransaction, participant: string): Promise<number> {
  const keys = await answered(tx.objectStore('items').index('participant').getAllKeys(participant));
  for (const key of keys) tx.objectStore('items').delete(key);
  tx.objectStore('lost').delete(participant);
  return keys.length;
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
