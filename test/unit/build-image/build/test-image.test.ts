import { testImage } from '../../../../actions/build-image/src/build/test-image.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

// Bash reads ~/.bashrc when its standard input is a socket and SHLVL is below 1, as under rshd.
const open = (more = {}) =>
  recordingWorld(
    { PATH: process.env['PATH'] ?? '', INPUT_PASSWORD: 'secret', GITHUB_WORKSPACE: '/tmp', SHLVL: '1' },
    more,
  )

test('runs the command with the image in IMAGE, in the workspace, without the inputs', async () => {
  const { world, lines } = open()
  await testImage('echo "$IMAGE $(pwd) ${INPUT_PASSWORD:-none}"', 'sha256:1', world)
  expect(lines).toEqual(['sha256:1 /tmp none'])
})

test.each(['exit 3', 'false | true', 'false; true'])('fails when `%s` fails', async (command) => {
  await expect(testImage(command, 'sha256:1', open().world)).rejects.toMatchObject({
    message: expect.stringMatching(/its test failed: `test-command` exited with code [13]\./),
    hint: expect.stringContaining('Nothing was pushed'),
  })
})

test('is interrupted by a cancel', async () => {
  const cancellation = new AbortController()
  const { world, lines } = open({ signal: cancellation.signal })
  const info = (line: string) => {
    lines.push(line)
    cancellation.abort(new CancelledError('stop'))
  }
  await expect(
    testImage('echo started; exec sleep 600', 'sha256:1', { ...world, log: { ...world.log, info } }),
  ).rejects.toBeInstanceOf(CancelledError)
  expect(lines).toEqual(['started'])
})
