import type { DependentInput } from '../../../../toolkit/idle-inputs.ts'

interface Read {
  readonly command: string
}

/** An input of `command: gate`. `baseline` takes the same ones without a word, so that both steps can share them. */
const ofGate = (input: string): DependentInput<Read> => ({
  input,
  isIdle: ({ command }) => command === 'event' || command === 'deployment-gate',
  needs: '`command: gate`',
  level: 'warning',
})

const ofDeploymentGate = (input: string): DependentInput<Read> => ({
  input,
  isIdle: ({ command }) => command !== 'deployment-gate',
  needs: '`command: deployment-gate`',
  level: 'warning',
})

const ofEvent = (input: string): DependentInput<Read> => ({
  input,
  isIdle: ({ command }) => command !== 'event',
  needs: '`command: event`, in a step of its own',
  level: 'warning',
})

/** The inputs that do something only with another command. */
export const DEPENDENT_INPUTS: readonly DependentInput<Read>[] = [
  ...[
    'baseline',
    'monitor-tags',
    'monitor-priorities',
    'bake-time',
    'prolong',
    'consecutive',
    'on-warn',
    'on-no-data',
  ].map(ofGate),
  ...['identifier', 'apm-primary-tag', 'config', 'evaluation-timeout'].map(ofDeploymentGate),
  ...['send', 'rolls-back', 'notify'].map(ofEvent),
]
