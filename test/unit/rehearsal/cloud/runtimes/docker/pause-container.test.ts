import { pauseProgram } from '../../../../../../rehearsal/cloud/runtimes/docker/pause-container.ts'

test.each(['x86_64', 'aarch64', 'arm64'])(
  'the program of the pause container is an ELF executable on %s',
  (architecture) => {
    const file = pauseProgram(architecture)
    expect(file.toString('latin1', 0, 4)).toBe('\x7fELF')
    const [entry, loadedAt, size] = [file.readBigUInt64LE(24), file.readBigUInt64LE(80), file.readBigUInt64LE(96)]
    expect(Number(entry - loadedAt)).toBe(120)
    expect(Number(size)).toBe(file.length)
  },
)

test('an unsupported architecture is named in the error', () => {
  expect(() => pauseProgram('mips')).toThrow('There is no pause container for a Docker engine on mips.')
})
