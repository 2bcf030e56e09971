import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'

/** Checks before the deploy that its record can be written after it. @throws InputError */
export function refuseUnwritable(file: string | undefined): void {
  if (file === undefined) return
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('It is a folder.')
    accessSync(dirname(file), constants.W_OK)
  } catch (cause) {
    throw new InputError('record-file', `is \`${file}\`, which cannot be written.`, {
      hint: 'Name a file in a folder that exists. Without the input, the file is in the temporary folder of the runner.',
      cause,
    })
  }
}
