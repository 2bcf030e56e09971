import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/** The absolute path of the file that an input names; `undefined` when the input is not set. @throws InputError when there is no such file. */
export function existingFile(
  reader: InputReader,
  name: string,
  folder: string,
  folderName?: string,
): string | undefined {
  const file = reader.text(name)
  return file === undefined ? undefined : requireFile(name, file, folder, folderName)
}

/** The absolute paths of the files that an input names, one on each line. @throws InputError when one does not exist. */
export const existingFiles = (reader: InputReader, name: string, folder: string): readonly string[] =>
  reader.lines(name).map((file) => requireFile(name, file, folder))

function requireFile(name: string, file: string, folder: string, folderName = '`working-directory`'): string {
  const path = resolve(folder, file)
  if (existsSync(path) && statSync(path).isFile()) return path
  throw new InputError(name, `names \`${file}\`, and there is no such file.`, {
    hint: `Paths are relative to ${folderName}.`,
  })
}
