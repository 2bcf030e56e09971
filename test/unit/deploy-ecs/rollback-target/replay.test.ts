import type { PastDeployment } from '../../../../actions/deploy-ecs/src/rollback-target/history.ts'
import { replayHistory } from '../../../../actions/deploy-ecs/src/rollback-target/replay.ts'
import { defined } from '../../../../toolkit/objects.ts'

/** `web:2` rolled out to the end, `web:2 failed` did not. */
const past = (...deployments: readonly string[]): readonly PastDeployment[] =>
  deployments.map((deployment, createdAt) => ({
    taskDefinition: deployment.replace(' failed', ''),
    createdAt,
    succeeded: !deployment.endsWith(' failed'),
  }))

test.each<[string, readonly string[], string, { older?: string; rolledBackFrom?: string }]>([
  ['the history is empty', [], 'web:1', {}],
  ['there is one revision', ['web:1'], 'web:1', {}],
  ['there is an older revision', ['web:1', 'web:2'], 'web:2', { older: 'web:1' }],
  ['the deployment between failed', ['web:1', 'web:2 failed', 'web:3'], 'web:3', { older: 'web:1' }],
  ['its deployment is in progress', ['web:1', 'web:2', 'web:3 failed'], 'web:3', { older: 'web:2' }],
  ['its own deployment is not listed yet', ['web:1', 'web:2'], 'web:3', { older: 'web:2' }],
  ['it was rolled back', ['web:1', 'web:2', 'web:3', 'web:2'], 'web:2', { older: 'web:1', rolledBackFrom: 'web:3' }],
  [
    'its rollback is in progress',
    ['web:1', 'web:2', 'web:3', 'web:2 failed'],
    'web:2',
    { older: 'web:1', rolledBackFrom: 'web:3' },
  ],
  ['it was rolled back twice', ['web:1', 'web:2', 'web:3', 'web:2', 'web:1'], 'web:1', { rolledBackFrom: 'web:2' }],
  ['ECS rolled it back', ['web:1', 'web:2', 'web:3 failed'], 'web:2', { older: 'web:1', rolledBackFrom: 'web:3' }],
  [
    'a deployment in progress was rolled back',
    ['web:1', 'web:2 failed', 'web:1'],
    'web:1',
    { rolledBackFrom: 'web:2' },
  ],
  [
    'another revision was deployed after a rollback',
    ['web:1', 'web:2', 'web:3', 'web:2', 'web:4'],
    'web:4',
    { older: 'web:2' },
  ],
  [
    'the revision that was rolled back was deployed again',
    ['web:1', 'web:2', 'web:1', 'web:2'],
    'web:2',
    { older: 'web:1' },
  ],
  ['the same revision was deployed again', ['web:1', 'web:2', 'web:2'], 'web:2', { older: 'web:1' }],
  ['it was rolled back, and the same revision was deployed again', ['web:1', 'web:2', 'web:1', 'web:1'], 'web:1', {}],
  [
    'it was rolled back further than the history goes',
    ['web:11', 'web:12', 'web:5'],
    'web:5',
    { rolledBackFrom: 'web:12' },
  ],
  ['revision numbers differ in their digits', ['web:9', 'web:10', 'web:9'], 'web:9', { rolledBackFrom: 'web:10' }],
  ['it changed its family', ['old:77', 'web:1'], 'web:1', { older: 'old:77' }],
  ['it was rolled back to its old family', ['old:77', 'web:1', 'old:77'], 'old:77', { rolledBackFrom: 'web:1' }],
])('a rollback finds its target where %s', (_, deployments, current, standing) => {
  const { older, ...rest } = replayHistory(past(...deployments), current)
  expect({ ...defined({ older: older[0] }), ...rest }).toEqual(standing)
})

test('knows all older revisions, newest first', () => {
  const deployments = ['web:1', 'web:2', 'web:3 failed', 'web:4', 'web:5', 'web:4', 'web:6']
  expect(replayHistory(past(...deployments), 'web:6').older).toEqual(['web:4', 'web:2', 'web:1'])
})
