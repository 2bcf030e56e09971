// Reads ids and addresses from Datadog's answers. Any member may be missing.

/** The id and address of an event (v1). `id_str`, as `id` has more digits than a JSON number keeps. */
export function eventReceipt(answer: unknown): { readonly id?: string; readonly url?: string } {
  const event = member(answer, 'event')
  return { ...text('id', member(event, 'id_str')), ...text('url', member(event, 'url')) }
}

/** The id of a change event (v2). */
export function changeEventReceipt(answer: unknown): { readonly id?: string } {
  const attributes = member(member(member(answer, 'data'), 'attributes'), 'attributes')
  const evt = member(attributes, 'evt')
  return text('id', member(evt, 'uid') ?? member(evt, 'id'))
}

/** The id of a DORA deployment. */
export function doraReceipt(answer: unknown): { readonly id?: string } {
  return text('id', member(member(answer, 'data'), 'id'))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

const text = <K extends string>(name: K, value: unknown): { readonly [P in K]?: string } =>
  typeof value === 'string' && value !== '' ? ({ [name]: value } as { [P in K]: string }) : {}
