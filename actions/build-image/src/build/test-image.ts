import { SlipwayError } from '../../../../toolkit/errors.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/** Runs `test-command`, before the image is pushed. @throws SlipwayError when the command fails. */
export async function testImage(command: string, image: string, { exec, env, log, signal }: World): Promise<void> {
  const result = await exec('bash', ['-eo', 'pipefail', '-c', command], {
    cwd: env['GITHUB_WORKSPACE'] || process.cwd(),
    env: { ...childEnvironment(env), IMAGE: image },
    onLine: (line) => log.info(line),
    signal,
    discard: true,
  })
  if (result.code === 0) return
  throw new SlipwayError(
    `The image was built, but its test failed: \`test-command\` exited with code ${result.code}.`,
    {
      hint: 'See its output above. Nothing was pushed, and no tag was moved.',
    },
  )
}
