import { spawnSync } from 'node:child_process'
import {
  hasEnded,
  PROCESS_LABEL,
  RUN_LABEL,
  runLabels,
} from '../../../../../../rehearsal/cloud/runtimes/docker/labels.ts'

const ours = runLabels('run')[PROCESS_LABEL] ?? ''
const withPid = (pid: number) => ours.replace(/\d+$/, String(pid))

test('name the cloud and its process', () => {
  expect(runLabels('run')[RUN_LABEL]).toBe('run')
  expect(ours).toMatch(new RegExp(`/${process.pid}$`))
})

test('a process that runs has not ended', () => {
  expect(hasEnded(ours)).toBe(false)
  expect(hasEnded(withPid(1))).toBe(false)
})

test('a process that has ended is known by its number', () => {
  const { pid } = spawnSync('true')
  expect(hasEnded(withPid(pid))).toBe(true)
})

test('nothing is known of a process of another machine, or of no process', () => {
  const { pid } = spawnSync('true')
  expect(hasEnded(`other${withPid(pid)}`)).toBe(false)
  for (const label of ['', '/', `${ours}/`, ours.replace(/\d+$/, 'x'), withPid(0), withPid(-1)]) {
    expect(hasEnded(label)).toBe(false)
  }
})
