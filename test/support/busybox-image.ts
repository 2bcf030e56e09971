import { readFileSync } from 'node:fs'
import Docker from 'dockerode'
import { pack } from 'tar-stream'

/** Labels what a test makes on the engine, so that it can be found and removed again. */
export const TEST_LABEL = 'slipway.test'

/** Builds an image of busybox alone, which is all that a machine without a registry has; gives its name. */
export async function busyboxImage(test: string, engine = new Docker(), tag = '1'): Promise<string> {
  const archive = pack()
  archive.entry({ name: 'busybox', mode: 0o755 }, readFileSync('/bin/busybox'))
  for (const applet of ['sh', 'sleep', 'httpd', 'wget', 'dd', 'cat', 'echo', 'kill', 'true', 'tail', 'head', 'mkdir']) {
    archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: '/bin/busybox' })
  }
  archive.entry({ name: 'www/index.html' }, 'hello\n')
  archive.entry(
    { name: 'Dockerfile' },
    [
      'FROM scratch',
      'COPY busybox /bin/busybox',
      'COPY bin /bin',
      'COPY www /www',
      `LABEL ${TEST_LABEL}=${test} ${TEST_LABEL}.tag=${tag}`,
      'CMD ["httpd", "-f", "-p", "80", "-h", "/www"]',
      '',
    ].join('\n'),
  )
  archive.finalize()
  const name = `slipway-test/${test}:${tag}`
  const progress = await engine.buildImage(archive as unknown as NodeJS.ReadableStream, { t: name })
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error, lines: { error?: string }[]) => {
      const failed = lines?.find((line) => line.error !== undefined)
      if (error ?? failed) reject(error ?? new Error(failed?.error))
      else resolve()
    })
  })
  return name
}

/** Removes the images that a test has built. */
export async function removeTestImages(test: string, engine = new Docker()): Promise<void> {
  const images = await engine.listImages({ filters: { label: [`${TEST_LABEL}=${test}`] } })
  for (const { Id } of images)
    await engine
      .getImage(Id)
      .remove({ force: true })
      .catch(() => undefined)
}
