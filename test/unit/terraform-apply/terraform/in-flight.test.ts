import { InFlight } from '../../../../actions/terraform-apply/src/terraform/in-flight.ts'
import type { StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'

const base = (type: string, at: number): StreamEvent => ({
  type,
  '@message': type,
  '@level': 'info',
  '@timestamp': new Date(at).toISOString(),
})
/** `at` is milliseconds since the epoch. */
const event = (type: string, action: string, addr: string, at = 0): StreamEvent => ({
  ...base(type, at),
  hook: { resource: { addr }, action },
})
const destroyed = (addr: string) => event('apply_start', 'delete', addr)
const planned = (action: string, addr: string): StreamEvent => ({
  ...base('planned_change', 0),
  change: { resource: { addr }, action },
})
const interrupted: StreamEvent = {
  ...base('log', 0),
  '@message': '\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.',
}

describe('InFlight', () => {
  const following = (...events: readonly StreamEvent[]) => {
    const inFlight = new InFlight()
    for (const each of events) inFlight.see(each)
    return inFlight
  }

  test.each(['create', 'update'])('lists a resource from the start of its %s to its end', (action) => {
    const begun = [event('apply_start', action, 'a.x'), event('apply_start', action, 'a.y')]
    expect(following(...begun).addresses).toEqual(['a.x', 'a.y'])
    expect(following(...begun, event('apply_progress', action, 'a.x')).addresses).toEqual(['a.x', 'a.y'])
    expect(following(...begun, event('apply_complete', action, 'a.x')).addresses).toEqual(['a.y'])
    expect(following(...begun, event('apply_errored', action, 'a.y')).addresses).toEqual(['a.x'])
  })

  test.each(['read', 'delete'])('lists no resource that is in a %s', (action) => {
    expect(following(event('apply_start', action, 'a.x')).addresses).toEqual([])
  })

  test('lists a replaced resource from its destroy to the end of its create', () => {
    const inFlight = following(planned('replace', 'a.x'), planned('delete', 'a.y'), destroyed('a.x'), destroyed('a.y'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_complete', 'delete', 'a.x'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_start', 'create', 'a.x'))
    inFlight.see(event('apply_complete', 'create', 'a.x'))
    expect(inFlight.addresses).toEqual([])
  })

  test('lists a resource that is created before it is destroyed only until it is created', () => {
    const inFlight = following(planned('replace', 'a.x'), event('apply_start', 'create', 'a.x'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_complete', 'create', 'a.x'))
    inFlight.see(destroyed('a.x'))
    expect(inFlight.addresses).toEqual([])
  })

  test('counts a replaced resource that was not created again as cut short', () => {
    const gone = [planned('replace', 'a.x'), destroyed('a.x'), event('apply_complete', 'delete', 'a.x')]
    expect(following(...gone, interrupted).cutShort).toEqual(['a.x'])
    expect(following(...gone).cutShort).toEqual([])
  })

  test('ignores events that are not operations on a resource', () => {
    const others: readonly StreamEvent[] = [
      { ...base('provision_start', 0), hook: { resource: { addr: 'a.x' } } },
      {
        ...base('action_start', 0),
        hook: { action: { addr: 'action.b.c' } } as unknown as NonNullable<StreamEvent['hook']>,
      },
      base('apply_start', 0),
    ]
    expect(following(...others).addresses).toEqual([])
  })

  test('counts only what fails after an interrupt as cut short', () => {
    const inFlight = following(
      event('apply_start', 'create', 'a.before'),
      event('apply_start', 'create', 'a.done'),
      event('apply_start', 'create', 'a.cut'),
      event('apply_start', 'delete', 'a.gone'),
      event('apply_errored', 'create', 'a.before'),
      interrupted,
      event('apply_complete', 'create', 'a.done'),
      event('apply_errored', 'create', 'a.cut'),
      event('apply_errored', 'delete', 'a.gone'),
    )
    expect(inFlight.cutShort).toEqual(['a.cut'])
  })
})
