import { closeAll, type Part, withLimit } from '../../../../../rehearsal/cloud/kernel/closing.ts'

const never = () => new Promise<void>(() => undefined)
const noHurry = new AbortController().signal
const closed: string[] = []
beforeEach(() => {
  closed.length = 0
})
const part = (name: string, close: Part['close'] = async () => undefined): Part => ({
  name,
  close: async (hurry) => {
    closed.push(name)
    await close(hurry)
  },
})

test('closes the last part first', async () => {
  await closeAll([part('journal'), part('tasks'), part('endpoint')], noHurry)
  expect(closed).toEqual(['endpoint', 'tasks', 'journal'])
})

test('a part that fails keeps no other from closing, and all that failed are named', async () => {
  const fails = (message: string) => () => Promise.reject(new Error(message))
  const parts = [part('journal', fails('no such folder')), part('tasks'), part('endpoint', fails('a defect'))]
  const problem = await closeAll(parts, noHurry).catch((error: Error) => error.message)
  expect(closed).toEqual(['endpoint', 'tasks', 'journal'])
  expect(problem).toContain('endpoint: a defect\njournal: no such folder')
})

test('a part that throws at once is one that fails', async () => {
  const broken: Part = {
    name: 'broken',
    close: () => {
      throw new Error('a defect')
    },
  }
  await expect(closeAll([part('journal'), broken], noHurry)).rejects.toThrow('broken: a defect')
  expect(closed).toEqual(['journal'])
})

test('a part that never ends is given up once there is hurry, and the others close', async () => {
  const parts = [part('journal'), part('tasks', never), part('endpoint')]
  await expect(closeAll(parts, AbortSignal.abort(), 1)).rejects.toThrow('tasks: did not end in time.')
  expect(closed).toEqual(['endpoint', 'tasks', 'journal'])
})

test('a part that hurries says itself what it leaves', async () => {
  const tasks = part('tasks', async (hurry) => {
    await new Promise((resolve) => hurry.addEventListener('abort', resolve))
    throw new Error('container web is left')
  })
  const hurry = new AbortController()
  const closing = closeAll([tasks], hurry.signal, 600_000)
  hurry.abort()
  await expect(closing).rejects.toThrow('tasks: container web is left')
})

test('there is hurry after the limit, or when it is asked for', async () => {
  const aborted = (signal: AbortSignal) =>
    signal.aborted ? 'hurry' : new Promise((resolve) => signal.addEventListener('abort', () => resolve('hurry')))
  expect(await withLimit(undefined, 1, async (signal) => aborted(signal))).toBe('hurry')
  expect(await withLimit(AbortSignal.abort(), 600_000, async (signal) => aborted(signal))).toBe('hurry')
})
