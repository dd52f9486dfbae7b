/** Identity minted once, at capture: UUIDv7 (RFC 9562), whose first 48 bits are the time in ms. */

const RANDOM_BITS = 74n;

let last = 0n; // time and random bits of the id minted last

/** An identifier for something that happened at `at`, in milliseconds since the epoch. Ids minted one
 * after the other within one millisecond sort in minting order. */
export function uuid7(at: number): string {
  const milliseconds = BigInt(Math.floor(at));
  let fresh = (milliseconds << RANDOM_BITS) | random();
  if (last >> RANDOM_BITS === milliseconds && fresh <= last) fresh = last + 1n;
  last = fresh;
  const bits = fresh & ((1n << RANDOM_BITS) - 1n);
  const value =
    ((fresh >> RANDOM_BITS) << 80n) | (7n << 76n) | ((bits >> 62n) << 64n) | (2n << 62n) |
    (bits & ((1n << 62n) - 1n));
  const hex = value.toString(16).padStart(32, '0');
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([a, b]) => hex.slice(a, b)).join('-');
}

function random(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) & ((1n << RANDOM_BITS) - 1n);
}
