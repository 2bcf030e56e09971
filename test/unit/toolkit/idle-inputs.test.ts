import { type DependentInput, idleInputs, reportIdleInputs } from '../../../toolkit/idle-inputs.ts'
import { InputReader } from '../../../toolkit/inputs.ts'
import { fakeLog } from '../../support/deploy-ecs/fake-aws.ts'

const TABLE: readonly DependentInput<{ readonly mode: string }>[] = [
  { input: 'bake', isIdle: ({ mode }) => mode !== 'slow', needs: '`mode: slow`', level: 'warning' },
  { input: 'look', isIdle: (_, value) => value === 'far', needs: 'a glass', level: 'info' },
  { input: 'see', isIdle: () => true, needs: 'a glass', level: 'info' },
]
const idle = (inputs: Readonly<Record<string, string>>, mode = 'fast') => {
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
  return idleInputs(new InputReader(env, { bake: '5m' }), { mode }, TABLE)
}

test('names an input that is given and does nothing, and what it needs', () => {
  const bake = { level: 'warning', text: '`bake` does nothing here: it needs `mode: slow`.' }
  expect(idle({ bake: '9m' })).toEqual([bake])
})

test.each([
  ['that is left out', {}, 'fast'],
  ['that has its default', { bake: '5m' }, 'fast'],
  ['that has what it needs', { bake: '9m' }, 'slow'],
  ['whose value does something', { look: 'near' }, 'fast'],
])('does not name an input %s', (_, inputs, mode) => {
  expect(idle(inputs, mode)).toEqual([])
})

test('inputs with the same need are one line, at its level', () => {
  const { log, lines } = fakeLog()
  reportIdleInputs(log, idle({ look: 'far', see: 'all', bake: '9m' }))
  expect(lines).toEqual([
    'warning: `bake` does nothing here: it needs `mode: slow`.',
    'info: `look`, `see` do nothing here: they need a glass.',
  ])
})
