import { operationOf, parseEvent, plainText } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'

test('parses an event, with the type `log` where it has none', () => {
  expect(parseEvent('{"@message":"x","@level":"info"}')?.type).toBe('log')
  expect(parseEvent('{"@message":"x","type":"version"}')?.type).toBe('version')
})

test.each(['panic: x', '{"half', '{"no":"message"}', ''])('parses %j as no event', (line) => {
  expect(parseEvent(line)).toBeUndefined()
})

test('reads an operation only from apply events with a resource and an action', () => {
  const event = { type: 'apply_start', '@message': '', '@level': 'info', '@timestamp': '' }
  const hook = { resource: { addr: 'a.x' }, action: 'create' }
  expect(operationOf({ ...event, hook })).toEqual(hook)
  expect(operationOf({ ...event, type: 'refresh_start', hook })).toBeUndefined()
  expect(operationOf({ ...event, hook: { resource: { addr: 'a.x' } } })).toBeUndefined()
  expect(operationOf(event)).toBeUndefined()
})

test('removes colour codes', () => {
  expect(plainText('\u001b[1m\u001b[31mError\u001b[0m: x')).toBe('Error: x')
})

test('an event of too many levels is plain text: its outputs are read with `terraform output`, which refuses them by name', () => {
  const line = `{"@message":"Outputs: 1","type":"outputs","outputs":{"a":{"sensitive":false,"value":${'['.repeat(5000)}${']'.repeat(5000)}}}}`
  expect(parseEvent(line)).toBeUndefined()
})
