import { explain } from '../../../../actions/deploy-ecs/src/report/explain.ts'
import type { Outcome } from '../../../../actions/deploy-ecs/src/report/outcome.ts'
import { fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { failedTask, followed, target } from '../../../support/deploy-ecs/observations.ts'

async function explained(status: Outcome['verdict']['status'], latest: object | undefined) {
  const { aws, calls } = fakeAws({})
  const { log, lines } = fakeLog()
  const outcome = {
    plan: {
      name: { cluster: 'prod', service: 'web' },
      revision: { registration: { family: 'web', containerDefinitions: [] } },
    },
    verdict: { status, reason: '', evidence: [] },
    ...(latest === undefined ? {} : { watch: { rollout: followed, latest: { at: 0, ...latest } } }),
  } as unknown as Outcome
  return { explanation: await explain({ aws, log }, outcome), lines, calls }
}

const unhealthy = { targets: [target('1', { state: 'unhealthy', reason: 'Target.Timeout' })] }
const crashed = { tasks: [failedTask('1'), failedTask('2')] }

test('annotates the run with each reason, and how many tasks or targets have it', async () => {
  const { explanation, lines } = await explained('failed', { ...crashed, ...unhealthy })
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/^error: 2 × Essential container in task exited \(app exited with code 1\)\. ./)
  expect(lines[1]).toMatch(/^error: 1 × unhealthy \(Target\.Timeout\): 10\.0\.0\.1:80/)
  expect(explanation?.stops).toHaveLength(1)
})

test('annotates five reasons at most', async () => {
  const tasks = Array.from({ length: 7 }, (_, code) =>
    failedTask(`${code}`, { containers: [{ name: 'app', exitCode: code + 1, hostPorts: [] }] }),
  )
  expect((await explained('failed', { tasks })).lines).toHaveLength(5)
})

test('explains tasks that failed in a deploy that succeeded, without annotations', async () => {
  const { explanation, lines } = await explained('succeeded', crashed)
  expect(explanation?.stops).toHaveLength(1)
  expect(lines).toEqual([])
})

test.each([
  ['a deploy that succeeded without trouble', 'succeeded', {}],
  ['a cancelled run, which has no time', 'cancelled', crashed],
  ['a service that was not updated', 'failed', undefined],
] as const)('does not explain %s', async (_, status, latest) => {
  expect(await explained(status, latest)).toEqual({ explanation: undefined, lines: [], calls: [] })
})
