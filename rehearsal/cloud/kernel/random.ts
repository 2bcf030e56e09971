/** A number from 0 up to 1, like Math.random. */
export type Random = () => number

/** Pseudo-random numbers that are the same for the same seed, so that a run can be repeated. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: good enough for jitter and names.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
