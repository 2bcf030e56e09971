import type { Runtime } from './runtime.ts'

/** A runtime without capacity: no task ever starts. */
export const noRuntime: Runtime = {
  name: 'simulated',
  carriesTraffic: true,
  instances: [],
  fargateRefusal: () =>
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
  definitionRefusal: () => undefined,
  run: () => {
    throw new Error('A cloud without a runtime was asked to run a task.')
  },
  probe: async () => ({ outcome: 'refused' }),
  close: async () => undefined,
}
