import type { Environment, World } from '../../../toolkit/runtime.ts'
import { FakeClock } from '../../support/clock.ts'

/** A world that keeps what is logged and handed on. */
export function fakeWorld(env: Environment = {}) {
  const lines: string[] = []
  const outputs: Record<string, unknown> = {}
  const state: Record<string, string> = {}
  const summaries: string[] = []
  const masked: string[] = []
  const entry = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  const world: World = {
    env,
    clock: new FakeClock(),
    log: {
      info: entry('info'),
      debug: entry('debug'),
      notice: entry('notice'),
      warning: entry('warning'),
      error: entry('error'),
      group: (_, task) => task(),
      mask: (secret) => void masked.push(secret),
    },
    step: {
      output: (name, value) => {
        outputs[name] = value
      },
      saveState: (name, value) => {
        state[name] = value
      },
      state: (name) => state[name] ?? '',
      summary: (markdown) => void summaries.push(markdown),
    },
    exec: () => Promise.reject(new Error('This test runs no program.')),
    query: () => Promise.reject(new Error('This test runs no program.')),
    signal: new AbortController().signal,
  }
  return { world, lines, outputs, state, summaries, masked }
}
