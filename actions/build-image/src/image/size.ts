import { InputError } from '../../../../toolkit/errors.ts'

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** Parses a size such as `250 MB` or `1.5GiB`, in bytes. @throws InputError that names `input`. */
export function parseSize(text: string | undefined, input: string): number | undefined {
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  if (factor === undefined || Number(number) === 0) {
    throw new InputError(input, `is \`${text}\`, which is not a size.`, {
      hint: 'Write it with its unit: `250 MB` or `1.5 GiB`.',
    })
  }
  return Math.round(Number(number) * factor)
}

/** `812 B`, `3.4 MB`: decimal units, two digits. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value.toFixed(value < 10 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB'][power]}`
}
