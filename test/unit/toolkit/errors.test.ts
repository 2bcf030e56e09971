import { CancelledError, describeError, InputError, SlipwayError } from '../../../toolkit/errors.ts'

test('describes an error with its causes and the next step', () => {
  const cause = new Error('connect ECONNREFUSED')
  const error = new SlipwayError('Could not push web:1.', { hint: 'Start the engine.', cause })
  expect(describeError(error)).toBe('Could not push web:1.\nCaused by: connect ECONNREFUSED\nNext: Start the engine.')
})

test('does not repeat a cause that the message quotes', () => {
  const cause = new Error('no such host')
  expect(describeError(new SlipwayError('Login failed: no such host', { cause }))).toBe('Login failed: no such host')
})

test('shows the outermost hint only', () => {
  const inner = new SlipwayError('inner', { hint: 'do this' })
  expect(describeError(new SlipwayError('outer', { hint: 'do that', cause: inner }))).toMatch(/Next: do that$/)
})

test('joins the messages of an AggregateError without a message', () => {
  const error = new AggregateError([new Error('connect ::1'), new Error('connect 127.0.0.1')])
  expect(describeError(error)).toBe('connect ::1; connect 127.0.0.1')
})

test('describes a thrown value that is not an Error', () => {
  expect(describeError('plain')).toBe('plain')
  expect(describeError(null)).toBe('null')
})

test('distinguishes errors by name and class', () => {
  const error = new InputError('service', 'is missing.')
  expect(error).toBeInstanceOf(SlipwayError)
  expect(error.message).toBe('Input `service` is missing.')
  expect(error.name).toBe('InputError')
  expect(new CancelledError('x').name).toBe('CancelledError')
})
