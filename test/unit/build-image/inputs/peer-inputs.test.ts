import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ECR_IMAGE, readStep } from '../../../support/build-image/build-inputs.ts'

// All inputs of docker/build-push-action, by their names there.
const OF_THE_PEER = `add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call
  cgroup-parent context file labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets
  secret-envs secret-files shm-size ssh tags target ulimit github-token`.split(/\s+/)
const action = parse(readFileSync(new URL('../../../../actions/build-image/action.yml', import.meta.url), 'utf8')) as {
  readonly inputs: Readonly<Record<string, unknown>>
}
const notOurs = OF_THE_PEER.filter((name) => !(name in action.inputs) && name !== 'github-token')

test.each(notOurs)('refuses the input %s of docker/build-push-action, and says what to do instead', (name) => {
  expect(() => readStep({ images: ECR_IMAGE, [name]: 'x' })).toThrow(
    expect.objectContaining({
      input: name,
      message: `Input \`${name}\` is not one of this action.`,
      hint: expect.stringMatching(/^(Use `|Remove it: )/),
    }),
  )
})

test('accepts inputs of docker/build-push-action that are off or have no effect', () => {
  expect(() => readStep({ images: ECR_IMAGE, load: 'false', 'github-token': 'x', outputs: '' })).not.toThrow()
})
