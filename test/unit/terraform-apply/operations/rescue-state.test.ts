import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rescueState } from '../../../../actions/terraform-apply/src/operations/rescue-state.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const state = (serial: number) => JSON.stringify({ version: 4, lineage: 'x', serial, resources: [] })

/** A stack whose `state push` ends as given, one result for each attempt. */
function stack(results: readonly (() => { code: number; stderr: string })[], saved = state(3)) {
  const { store, objects, s3 } = fakeStore({ key: saved })
  const { world, outputs, lines, state: kept } = fakeWorld({ GITHUB_RUN_ID: '9' })
  let attempts = 0
  const tf = {
    product: 'Terraform',
    directory: folder,
    scratch: folder,
    exec: async () => ({ stdout: '', ...(results[attempts++] ?? results.at(-1))?.() }),
  }
  const parts = { world, tf, backend: { type: 's3', config: {} }, store } as unknown as Parameters<
    typeof rescueState
  >[0]
  return { parts, objects, s3, outputs, lines, kept, attempts: () => attempts }
}
const file = () => join(folder, 'errored.tfstate')
const pushed = () => ({ code: 0, stderr: '' })
const refused = () => ({ code: 1, stderr: 'no' })

test('does nothing without an errored state', async () => {
  const { parts, attempts } = stack([pushed])
  expect(await rescueState(parts)).toBe(false)
  expect(attempts()).toBe(0)
})

test('pushes the state until it is saved, and removes the file', async () => {
  writeFileSync(file(), state(4))
  const { parts, attempts, kept } = stack([refused, refused, pushed])
  kept['running'] = 'a command'
  expect(await rescueState(parts)).toBe(true)
  expect(attempts()).toBe(3)
  expect(existsSync(file())).toBe(false)
  expect(kept['running']).toBe('')
})

test('keeps the file and a copy beside the state when it cannot be saved', async () => {
  writeFileSync(file(), state(4))
  const { parts, objects, outputs, attempts } = stack([refused])
  const error = await rescueState(parts).catch((failure: unknown) => failure)
  expect(describeError(error)).toContain('It is kept in `s3://bucket/key.errored-9-1`.')
  expect(describeError(error)).toContain(
    'download `s3://bucket/key.errored-9-1` as errored.tfstate, and run `terraform state push errored.tfstate`',
  )
  expect(attempts()).toBe(5)
  expect(objects.get('key.errored-9-1')).toBe(state(4))
  expect(outputs['errored-state-file']).toBe(file())
  expect(existsSync(file())).toBe(true)
})

test('does not push over a state that another apply has saved since', async () => {
  writeFileSync(file(), state(4))
  const { parts, objects, attempts } = stack([
    () => {
      objects.set('key', state(5))
      return refused()
    },
    pushed,
  ])
  const error = await rescueState(parts).catch((failure: unknown) => failure)
  expect(describeError(error)).toContain('Another apply has saved its state since, with serial 5.')
  expect(describeError(error)).toContain('Do not push it')
  expect(attempts()).toBe(1)
  expect(objects.get('key')).toBe(state(5))
})

describe('keeps the state on the runner alone, and says to save it before the job ends,', () => {
  /** The error of a rescue that could neither push the state nor copy it. */
  async function unsaved(prepare: (made: ReturnType<typeof stack>) => void) {
    writeFileSync(file(), state(4))
    const made = stack([refused])
    prepare(made)
    const text = describeError(await rescueState(made.parts).catch((failure: unknown) => failure))
    expect(text).toContain(`It is kept in \`${file()}\` on this runner.`)
    expect(text).toContain('Save it before the job ends')
    expect(text).toContain('rename the copy to errored.tfstate')
    expect(text).not.toContain('download')
    expect(existsSync(file())).toBe(true)
    return text
  }

  test('for a backend other than S3', async () => {
    await unsaved(({ parts }) => Object.assign(parts, { store: undefined }))
  })

  test('when S3 refuses the copy', async () => {
    await unsaved(({ s3 }) =>
      Object.assign(s3, { put: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })) }),
    )
  })

  test('when there is an earlier copy, which may be the only record of a resource', async () => {
    let objects: ReadonlyMap<string, string> = new Map()
    await unsaved((made) => {
      made.objects.set('key.errored-9-1', 'an earlier one')
      objects = made.objects
    })
    expect(objects.get('key.errored-9-1')).toBe('an earlier one')
  })
})

test('names the program of OpenTofu', async () => {
  writeFileSync(file(), state(4))
  const { parts } = stack([refused])
  const error = await rescueState({ ...parts, tf: { ...parts.tf, product: 'OpenTofu' } }).catch(
    (failure: unknown) => failure,
  )
  expect(describeError(error)).toContain('run `tofu state push errored.tfstate`')
})
