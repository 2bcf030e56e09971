import { capitalize } from './capitalize.ts'

/** The text as a sentence: with a capital first letter, and one mark at its end. '' stays ''. */
export const sentence = (text: string): string => {
  const trimmed = text.trim()
  return trimmed === '' ? '' : capitalize(/[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`)
}
