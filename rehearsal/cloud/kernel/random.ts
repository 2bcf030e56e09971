/** A number from 0 up to 1, like Math.random. */
export type Random = () => number

/** Numbers that look random and are the same for every run with the same seed, so that what happened can be replayed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: tiny, and even enough for jitter and for names.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
