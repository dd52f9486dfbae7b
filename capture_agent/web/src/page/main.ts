/** The page's beginning: whoever joined here before goes on, everybody else is asked. */

import loader from '../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.js?url';
import wasm from '../../node_modules/@litertjs/core/wasm/litert_wasm_compat_internal.wasm?url';
import { openOutbox } from '../delivery/outbox';
import type { Session } from '../delivery/session';
import type { ToWorker } from '../messages';
import type { VisionFiles } from '../perception/pipeline';
import { canUseCamera } from './camera';
import { part, showOnly, told, whole, write } from './document';
import { joined, personalLink } from './joining';
import { Sharing } from './sharing';
import './page.css';

const MINE = 'classpulse-participant';
const worker = prepared();
/** Below one address of a server; another server of the same host has its own. */
const OUTBOX = `classpulse:${new URL(whole(told.api)).pathname}`;

async function begin(): Promise<void> {
  const link = personalLink();
  const outbox = await openOutbox(OUTBOX);
  await outbox.forgetStale(Date.now());
  const known = (await outbox.sessions()).filter((one) => one.code === told.code).pop();
  if (known !== undefined && sessionStorage.getItem(MINE) === known.participant) {
    return share(known, false);
  }
  if (known !== undefined && (await isTheSame(known))) return share(known, false);
  if (!told.running) return showOnly('over-ended');
  if (told.policy !== 'self_report' && !canUseCamera()) {
    showOnly('trouble-insecure');
    return part('trouble-insecure').focus();
  }
  showOnly('consent');
  const { session, baseline } = await joined(link);
  return share(session, baseline && (await allowsBaseline()));
}

/** Whether who opens the page is who joined here before: a computer may be several people's. */
function isTheSame(known: Session): Promise<boolean> {
  showOnly('before');
  write('before-name', known.name || told.words.nobody);
  return new Promise((resolve) => {
    part('before-yes').onclick = () => resolve(true);
    part('before-no').onclick = () => resolve(false);
  });
}

function allowsBaseline(): Promise<boolean> {
  showOnly('rest');
  part('rest').focus();
  return new Promise((resolve) => {
    part('rest-yes').onclick = () => resolve(true);
    part('rest-no').onclick = () => resolve(false);
  });
}

async function share(session: Session, baseline: boolean): Promise<void> {
  sessionStorage.setItem(MINE, session.participant);
  await new Sharing(session, OUTBOX, worker, baseline).begin();
}

/** What looks at pictures is loaded while the notice is read; it gets none before the student agreed. */
function prepared(): Worker {
  const made = new Worker(new URL('../worker.ts', import.meta.url));
  if (told.running && told.policy !== 'self_report') {
    const vision: VisionFiles = {
      runtime: {
        loader: new URL(loader, import.meta.url).href,
        wasm: new URL(wasm, import.meta.url).href,
      },
      detector: whole(told.detector),
      mesh: whole(told.mesh),
      expression: whole(told.expression),
      model: told.model,
    };
    made.postMessage({ kind: 'prepare', vision } satisfies ToWorker);
  }
  return made;
}

void begin();
