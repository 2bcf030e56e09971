// The container that holds a task's network, as the ECS agent's own pause container does. No image can be pulled for it
// on a machine without a registry, so it is made here: a program of a few instructions that does nothing but wait.
import type Docker from 'dockerode'
import { pack } from 'tar-stream'

const ELF_HEADER = 64
const PROGRAM_HEADER = 56
const LOADED_AT = 0x400000n

/** By the engine's name of the architecture: the number in ELF, and a loop around a system call that sleeps. */
const MACHINES: Readonly<Record<string, { readonly elf: number; readonly code: readonly number[] }>> = {
  // mov eax, 34 (pause); syscall; jmp to the start
  x86_64: { elf: 62, code: [0xb8, 0x22, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0..x4, 0; mov x8, 73 (ppoll); svc 0; b to the start
  aarch64: {
    elf: 183,
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9].flatMap(
      (instruction) => [0, 8, 16, 24].map((shift) => (instruction >>> shift) & 0xff),
    ),
  },
}

/** The smallest program that waits until it is killed, as an ELF file for Linux. */
export function pauseProgram(architecture: string): Buffer {
  const machine = MACHINES[architecture === 'arm64' ? 'aarch64' : architecture]
  if (machine === undefined) throw new Error(`There is no pause container for a Docker engine on ${architecture}.`)
  const code = Buffer.from(machine.code)
  const size = ELF_HEADER + PROGRAM_HEADER + code.length
  const file = Buffer.alloc(size)
  code.copy(file, ELF_HEADER + PROGRAM_HEADER)

  file.write('\x7fELF', 0, 'latin1')
  file.set([2, 1, 1], 4) // 64 bit, little-endian, version 1
  file.writeUInt16LE(2, 16) // an executable
  file.writeUInt16LE(machine.elf, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(LOADED_AT + BigInt(ELF_HEADER + PROGRAM_HEADER), 24) // where it begins
  file.writeBigUInt64LE(BigInt(ELF_HEADER), 32) // where the program header is
  file.writeUInt16LE(ELF_HEADER, 52)
  file.writeUInt16LE(PROGRAM_HEADER, 54)
  file.writeUInt16LE(1, 56)

  const header = file.subarray(ELF_HEADER)
  header.writeUInt32LE(1, 0) // loaded into memory,
  header.writeUInt32LE(5, 4) // to be read and run
  header.writeBigUInt64LE(LOADED_AT, 16)
  header.writeBigUInt64LE(LOADED_AT, 24)
  header.writeBigUInt64LE(BigInt(size), 32)
  header.writeBigUInt64LE(BigInt(size), 40)
  header.writeBigUInt64LE(0x1000n, 48)
  return file
}

export const pauseImageOf = (runId: string): string => `slipway-pause:${runId}`

/** Command and settings of a pause container. Its image holds only the program. */
export const PAUSE_ENTRYPOINT: readonly string[] = ['/pause']

/** Creates the image of the pause container on the engine. Returns its name. */
export async function makePauseImage(engine: Docker, runId: string): Promise<string> {
  const { Architecture } = await engine.info()
  const archive = pack()
  archive.entry({ name: 'pause', mode: 0o755 }, pauseProgram(Architecture))
  archive.finalize()
  const name = pauseImageOf(runId)
  const [repo = '', tag = ''] = name.split(':')
  const progress = await engine.importImage(archive as unknown as NodeJS.ReadableStream, { repo, tag })
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()))
  })
  return name
}
