/** The agent's own thread: whatever the page asks is done here, so that the page never waits. */

import { Agent } from './agent';
import { loadPipeline, type Pipeline } from './perception/pipeline';
import type { FromWorker, ToWorker } from './messages';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const tell = (message: FromWorker) => scope.postMessage(message);
let agent: Promise<Agent> | null = null;
let pipeline: Promise<Pipeline> | null = null;

function vision(): Promise<Pipeline> {
  return pipeline ?? Promise.reject(new Error('nothing was prepared'));
}

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  obey(data).catch((error: unknown) => tell({ kind: 'failed', message: String(error) }));
};

async function obey(message: ToWorker): Promise<void> {
  if (message.kind === 'prepare') {
    pipeline = loadPipeline(message.vision);
    // Whoever looks is told of what fails.
    pipeline.catch(() => undefined);
    return;
  }
  if (message.kind === 'open') {
    const { places, session, baseline } = message;
    agent = Agent.open(places, session, baseline, vision, tell);
  }
  const open = await agent;
  if (open === null) return;
  switch (message.kind) {
    case 'stream':
      return open.look(message.frames);
    case 'asked':
      return open.look(null);
    case 'picture':
      return open.take(message.picture);
    case 'answer':
      return open.answer(message.ask, message.yes);
    case 'mood':
      return open.mood(message.mood);
    case 'open':
      return undefined;
    default:
      return open[message.kind]();
  }
}
