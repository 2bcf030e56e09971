import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'

/** @throws InputError when the deploy record could not be written in the end, while nothing has been changed yet. */
export function refuseUnwritable(file: string | undefined): void {
  if (file === undefined) return
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('It is a folder.')
    accessSync(dirname(file), constants.W_OK)
  } catch (cause) {
    throw new InputError('record-file', `is \`${file}\`, which cannot be written.`, {
      hint: 'Name a file in a folder that is there. Without the input, it is in the temporary folder of the runner.',
      cause,
    })
  }
}
