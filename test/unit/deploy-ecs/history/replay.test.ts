import type { PastDeployment } from '../../../../actions/deploy-ecs/src/history/history.ts'
import { replayHistory } from '../../../../actions/deploy-ecs/src/history/replay.ts'

/** `web:2` rolled out to the end, `web:2 failed` did not. */
const past = (...deployments: readonly string[]): readonly PastDeployment[] =>
  deployments.map((deployment, createdAt) => ({
    taskDefinition: deployment.replace(' failed', ''),
    createdAt,
    succeeded: !deployment.endsWith(' failed'),
  }))

test.each<[string, readonly string[], string, { older?: string; left?: string }]>([
  ['nothing is known', [], 'web:1', {}],
  ['there was but one', ['web:1'], 'web:1', {}],
  ['there was one before', ['web:1', 'web:2'], 'web:2', { older: 'web:1' }],
  ['one failed in between', ['web:1', 'web:2 failed', 'web:3'], 'web:3', { older: 'web:1' }],
  ['it is on its way', ['web:1', 'web:2', 'web:3 failed'], 'web:3', { older: 'web:2' }],
  ['its own deployment is not listed yet', ['web:1', 'web:2'], 'web:3', { older: 'web:2' }],
  ['it went back', ['web:1', 'web:2', 'web:3', 'web:2'], 'web:2', { older: 'web:1', left: 'web:3' }],
  ['it goes back', ['web:1', 'web:2', 'web:3', 'web:2 failed'], 'web:2', { older: 'web:1', left: 'web:3' }],
  ['it went back twice', ['web:1', 'web:2', 'web:3', 'web:2', 'web:1'], 'web:1', { left: 'web:2' }],
  ['ECS took it back', ['web:1', 'web:2', 'web:3 failed'], 'web:2', { older: 'web:1', left: 'web:3' }],
  ['one that was on its way was left', ['web:1', 'web:2 failed', 'web:1'], 'web:1', { left: 'web:2' }],
  ['it went on after that', ['web:1', 'web:2', 'web:3', 'web:2', 'web:4'], 'web:4', { older: 'web:2' }],
  ['what was left was shipped again', ['web:1', 'web:2', 'web:1', 'web:2'], 'web:2', { older: 'web:1' }],
  ['it was only started anew', ['web:1', 'web:2', 'web:2'], 'web:2', { older: 'web:1' }],
  ['it went back, and was started anew', ['web:1', 'web:2', 'web:1', 'web:1'], 'web:1', {}],
  ['it went back further than is remembered', ['web:11', 'web:12', 'web:5'], 'web:5', { left: 'web:12' }],
  ['numbers have more digits', ['web:9', 'web:10', 'web:9'], 'web:9', { left: 'web:10' }],
  ['it changed its family', ['old:77', 'web:1'], 'web:1', { older: 'old:77' }],
  ['it went back to its old family', ['old:77', 'web:1', 'old:77'], 'old:77', { left: 'web:1' }],
])('where back leads when %s', (_, deployments, current, standing) => {
  expect(replayHistory(past(...deployments), current)).toEqual(standing)
})
