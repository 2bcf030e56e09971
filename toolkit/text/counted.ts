/** A number and its noun, with an `s` unless there is one: `1 monitor`, `2 monitors`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
