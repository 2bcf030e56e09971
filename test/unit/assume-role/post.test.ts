import { post } from '../../../actions/assume-role/src/post.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { fakeRunner } from './fake-runner.ts'

/** The post step, with this state from main. */
async function posted(exported: string) {
  const { world, lines } = recordingWorld({})
  const fake = fakeRunner()
  await post({ ...world, step: { ...world.step, state: (name) => (name === 'exported' ? exported : '') } }, fake.runner)
  return { lines, exported: fake.exported }
}

test('clears the credentials that main exported', async () => {
  expect(await posted('true')).toEqual({
    lines: ['Cleared the AWS credentials from the environment.'],
    exported: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' },
  })
})

test('leaves the environment alone when main exported nothing', async () => {
  expect(await posted('')).toEqual({ lines: [], exported: {} })
})
