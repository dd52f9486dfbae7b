/** One tab of this browser looks at a time; the one opened last takes over from the others. */

const PATIENCE_MS = 4000;

/** Hold the place called `name`, once whoever holds it has let go, which they are asked to.
 *
 * `leave` is called when another tab asks: it keeps what it has, and the place is given up when it is
 * done. One that does not answer is passed over. */
export async function holdPlace(name: string, leave: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return;
  const channel = new BroadcastChannel(name);
  channel.postMessage('mine');
  const held = await Promise.race([hold(name, {}), late()]);
  const release = held ?? (await hold(name, { steal: true }));
  channel.onmessage = () => {
    channel.close();
    void leave().finally(release);
  };
}

function hold(name: string, options: LockOptions): Promise<() => void> {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, options, () => new Promise<void>((release) => resolve(release)))
      // Taken by force while we did not answer: that tab goes on.
      .catch(() => undefined);
  });
}

function late(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
}
