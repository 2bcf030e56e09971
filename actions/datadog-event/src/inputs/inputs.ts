// Together with the other files of this folder the only reader of inputs.
import { idleInputs, reportIdleInputs } from '../../../../toolkit/idle-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Keys } from '../api/keys.ts'
import type { Site } from '../api/site.ts'
import { DEFAULT_WORDS } from './default-words.ts'
import { DEPENDENT_INPUTS } from './dependent-inputs.ts'
import { type DeploymentGateInputs, readDeploymentGateInputs } from './deployment-gate-inputs.ts'
import { type EventInputs, readEventInputs } from './event-inputs.ts'
import { type BaselineInputs, type GateInputs, readBaselineInputs, readGateInputs } from './gate-inputs.ts'
import { readKeys } from './key-inputs.ts'
import { NOTHING, PEER_INPUTS } from './peer-inputs.ts'
import { readSite } from './site-inputs.ts'

/** What every command takes. */
export interface CommonInputs {
  readonly keys: Keys
  readonly site: Site
  /** What an error of Datadog does to the step. Invalid input always fails it. */
  readonly onError: 'warn' | 'fail'
  /** How long all calls together may take; for the gates, the calls of one poll. */
  readonly timeoutMs: number
  readonly dryRun: boolean
}

export type Inputs = CommonInputs & (EventInputs | BaselineInputs | GateInputs | DeploymentGateInputs)

/** Reads and checks all inputs. Masks the keys before it looks at anything else. @throws InputError */
export function readInputs(env: Environment, log: Log, now: number): Inputs {
  const reader = new InputReader(env, DEFAULT_WORDS)
  const keys = readKeys(reader, env, log)
  reader.refuse(PEER_INPUTS, NOTHING)
  const common: CommonInputs = {
    keys,
    site: readSite(reader, env, log),
    onError: reader.choice('on-error', ['warn', 'fail'], 'warn'),
    timeoutMs: reader.duration('timeout', 60_000),
    dryRun: reader.flag('dry-run', false),
  }
  const command = reader.choice('command', ['event', 'baseline', 'gate', 'deployment-gate'], 'event')
  reportIdleInputs(log, idleInputs(reader, { command }, DEPENDENT_INPUTS))
  switch (command) {
    case 'event':
      return { ...common, ...readEventInputs(reader, env, now) }
    case 'baseline':
      return { ...common, ...readBaselineInputs(reader, keys) }
    case 'gate':
      return { ...common, ...readGateInputs(reader, keys) }
    case 'deployment-gate':
      return { ...common, ...readDeploymentGateInputs(reader, keys, env, now) }
  }
}
