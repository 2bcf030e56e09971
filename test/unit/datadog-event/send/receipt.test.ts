import { changeEventReceipt, doraReceipt, eventReceipt } from '../../../../actions/datadog-event/src/send/receipt.ts'

describe('of an event', () => {
  test('has all digits of the id, and the address', () => {
    const url = 'https://app.datadoghq.com/event/event?id=7890123456789012345'
    const event = { id: Number('7890123456789012345'), id_str: '7890123456789012345', url }
    expect(eventReceipt({ status: 'ok', event })).toEqual({ id: '7890123456789012345', url })
  })

  test('has what there is', () => {
    expect(eventReceipt({ event: { id: 7, url: 'https://x/' } })).toEqual({ url: 'https://x/' })
    expect(eventReceipt({ event: { id_str: '', url: 7 } })).toEqual({})
  })
})

describe('of a change event', () => {
  const answer = (evt: object) => ({ data: { type: 'event', attributes: { attributes: { evt } } } })

  test('has the uid, else the id', () => {
    expect(changeEventReceipt(answer({ uid: 'u', id: 'i' }))).toEqual({ id: 'u' })
    expect(changeEventReceipt(answer({ id: 'i' }))).toEqual({ id: 'i' })
  })
})

test('of a DORA deployment has the id', () => {
  expect(doraReceipt({ data: { id: 'web-7', type: 'dora_deployment' } })).toEqual({ id: 'web-7' })
})

test.each([[undefined], [null], ['ok'], [[]], [{}], [{ event: null, data: null }], [{ data: { attributes: 'x' } }]])(
  'of the answer %j is empty',
  (answer) => {
    expect([eventReceipt(answer), changeEventReceipt(answer), doraReceipt(answer)]).toEqual([{}, {}, {}])
  },
)
