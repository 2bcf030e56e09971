// The first screen of each failure. Read each as an on-call engineer would at three in the morning: the first line has the cause.
// To write the files again, and then read their diff:
//   UPDATE_SCREENS=1 npm test -- test/integration/deploy-ecs/first-screen --selectProjects integration
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { scenarioNames } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { committed, firstScreen } from '../../support/deploy-ecs/first-screen.ts'
import { type Needs, needsOf, playScenario } from '../../support/deploy-ecs/scenario-run.ts'

const SCREENS = fileURLToPath(new URL('./first-screens/', import.meta.url))

/** Scenarios in which the deploy succeeds: there is no failure to explain on the first screen. */
const SUCCEED = [
  'all-is-well',
  'blue-green',
  'connection-resets',
  'desired-zero',
  'server-errors',
  'stale-current-deployment',
  'throttled',
]

/** The same scenario with other needs, by the name of its screen. */
const VARIANTS: Readonly<Record<string, readonly [scenario: string, needs: Needs]>> = {
  deadlock: ['all-is-well', { desiredCount: 1, configuration: { minimumHealthyPercent: 100, maximumPercent: 134 } }],
  'out-of-memory-left': ['out-of-memory', { ...needsOf('out-of-memory'), inputs: { 'on-failure': 'leave' } }],
  'before-deploy-failed': [
    'all-is-well',
    { byTag: true, inputs: { 'before-deploy-command': 'npm run migrate', image: 'example.com/web:exit-3' } },
  ],
  'update-denied': ['all-is-well', { denied: 'UpdateService' }],
  'start-then-crash-stopped': [
    'start-then-crash',
    { ...needsOf('start-then-crash'), inputs: { 'on-failure': 'stop' } },
  ],
}

const screens = {
  ...Object.fromEntries(
    scenarioNames()
      .filter((name) => !SUCCEED.includes(name))
      .map((name) => [name, [name, needsOf(name)] as const]),
  ),
  ...VARIANTS,
}

test.each(Object.entries(screens))('%s', async (screen, [scenario, needs]) => {
  const { cloud, done } = await playScenario(scenario, needs)
  await cloud.close()
  expect(done.error).toBeDefined()
  const seen = firstScreen(done)
  expect(seen).toBe(committed(`${SCREENS}${screen}.txt`, seen))
})

test('there is no screen of a scenario that is gone', () => {
  expect(readdirSync(SCREENS).sort()).toEqual(
    Object.keys(screens)
      .map((screen) => `${screen}.txt`)
      .sort(),
  )
})
