import { refuseMismatch } from '../../../../rehearsal/cloud/choose-runtime.ts'
import { noRuntime } from '../../../../rehearsal/cloud/runtimes/none.ts'
import { parseScenario } from '../../../../rehearsal/cloud/runtimes/simulated/index.ts'

const scenario = (more: string) => parseScenario(`description: x\n${more}`, 'test.yaml')
const tasks = scenario('tasks: [{ answers: 500 }]')

test.each([['docker'], [noRuntime], [undefined]] as const)(
  'refuses a scenario with tasks for the runtime %j',
  (runtime) => {
    expect(() => refuseMismatch(runtime, tasks)).toThrow(
      'The scenario has tasks, which only the simulated runtime supports.',
    )
  },
)

test('accepts any scenario for the simulated runtime, and one without tasks and alarms for any runtime', () => {
  expect(() => refuseMismatch('simulated', tasks)).not.toThrow()
  expect(() => refuseMismatch('docker', scenario('throttle: true'))).not.toThrow()
  expect(() => refuseMismatch('docker', undefined)).not.toThrow()
})
