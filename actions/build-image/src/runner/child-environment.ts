import type { Environment } from '../../../../toolkit/runtime.ts'

/** The environment for programs that we start: ours without our inputs, some of which are secrets. */
export const childEnvironment = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')))
