import { invalid } from '../errors.ts'
import type { Parameters } from './parameters.ts'

/** One page of a Describe call's answer. The marker is the encoded ARN of the page's last item. */
export function page<T extends { readonly arn: string }>(
  input: Parameters,
  all: readonly T[],
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const size = input.number('PageSize', 1, 400) ?? 400
  const start = after(input.text('Marker'), all)
  const items = all.slice(start, start + size)
  const last = start + size < all.length ? items.at(-1) : undefined
  return { items, next: last && Buffer.from(last.arn).toString('base64') }
}

function after(marker: string | undefined, all: readonly { readonly arn: string }[]): number {
  if (marker === undefined || marker === '') return 0
  const arn = Buffer.from(marker, 'base64').toString()
  const index = all.findIndex((item) => item.arn === arn)
  if (index < 0) throw invalid(`The marker '${marker}' is not valid`)
  return index + 1
}
