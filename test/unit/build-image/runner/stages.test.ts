import { Stages } from '../../../../actions/build-image/src/runner/stages.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

test('logs each stage in a group, and records its time', async () => {
  const { world, clock, lines } = recordingWorld({})
  const stages = new Stages(world)
  expect(await stages.run('Build', () => clock.sleep(2500).then(() => 'done'))).toBe('done')
  await expect(stages.run('Push', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(stages.done).toEqual([{ name: 'Build', ms: 2500 }])
  expect(lines).toEqual(['Build', 'Build: 3 s', 'Push'])
})
