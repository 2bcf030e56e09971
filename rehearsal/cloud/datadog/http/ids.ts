import { createHash } from 'node:crypto'

/** 16 hexadecimal digits, the same for the same text. */
export const hexOf = (text: string): string => hashOf(text).slice(0, 16)

/** A UUID, the same for the same text. */
export const uuidOf = (text: string): string =>
  hashOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
