import type { Environment } from '../runtime.ts'

/** The environment for child processes: without the inputs of this action, some of which are secrets. */
export const childEnvironment = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')))
