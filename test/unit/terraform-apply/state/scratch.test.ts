import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  clearScratch,
  makeScratch,
  removeScratch,
  savedScratch,
} from '../../../../actions/terraform-apply/src/state/scratch.ts'
import { fakeWorld } from '../fake-world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('creates a folder that only its user can read', () => {
  const scratch = makeScratch(fakeWorld().world.step, folder)
  expect(statSync(scratch).mode & 0o077).toBe(0)
})

test('clears all files but those that outputs name', () => {
  const scratch = makeScratch(fakeWorld().world.step, folder)
  for (const name of ['plan.tfplan', 'planned.json', 'backend.tfbackend']) writeFileSync(join(scratch, name), '')
  clearScratch(scratch)
  expect(readdirSync(scratch).sort()).toEqual(['plan.tfplan', 'planned.json'])
})

test('removes the folder in post, unless it holds a state that is nowhere else', () => {
  const { world } = fakeWorld({ RUNNER_TEMP: folder })
  expect(savedScratch(world)).toBe('')
  const scratch = makeScratch(world.step, folder)
  writeFileSync(join(scratch, 'errored.tfstate'), 'state')
  removeScratch(savedScratch(world))
  expect(existsSync(scratch)).toBe(true)
  rmSync(join(scratch, 'errored.tfstate'))
  removeScratch(savedScratch(world))
  expect(existsSync(scratch)).toBe(false)
  expect(savedScratch(world)).toBe('')
})

test('post warns of a folder that others may read, and of what it does not do', () => {
  const { world, lines } = fakeWorld({ RUNNER_TEMP: folder })
  const scratch = makeScratch(world.step, folder)
  chmodSync(scratch, 0o777)
  expect(savedScratch(world)).toBe('')
  expect(lines).toEqual([
    expect.stringContaining(
      'warning: The post step does not wait for a Terraform that still runs, rescue its state, release its lock',
    ),
  ])
  expect(lines[0]).toContain(`\`${scratch}\` has mode 0777 instead of 0700`)
})
