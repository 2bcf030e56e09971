import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { hostAccessOf, whyNoHostAccess } from '../../../../../../rehearsal/cloud/runtimes/docker/host-access.ts'

type Definition = Partial<RegisterTaskDefinitionRequest>
const definition = (more: Definition): RegisterTaskDefinitionRequest => ({
  family: 'web',
  containerDefinitions: [{ name: 'web' }],
  ...more,
})
const container = (more: object): Definition => ({ containerDefinitions: [{ name: 'log' }, { name: 'web', ...more }] })

test.each<[string, Definition]>([
  ["networkMode 'host'", { networkMode: 'host' }],
  ["pidMode 'host'", { pidMode: 'host' }],
  ["ipcMode 'host'", { ipcMode: 'host' }],
  ["volumes[1].host.sourcePath '/'", { volumes: [{ name: 'a' }, { name: 'b', host: { sourcePath: '/' } }] }],
  [
    "volumes[0].host.sourcePath '/var/run/docker.sock'",
    { volumes: [{ name: 'engine', host: { sourcePath: '/var/run/docker.sock' } }] },
  ],
  ['containerDefinitions[1].privileged', container({ privileged: true })],
  [
    "containerDefinitions[1].linuxParameters.devices[0].hostPath '/dev/sda'",
    container({ linuxParameters: { devices: [{ hostPath: '/dev/sda' }] } }),
  ],
  ...[
    'SYS_ADMIN',
    'sys_admin',
    'CAP_SYS_ADMIN',
    'ALL',
    'SYS_MODULE',
    'SYS_RAWIO',
    'DAC_READ_SEARCH',
    'SYS_BOOT',
    'BPF',
  ].map((name): [string, Definition] => [
    `containerDefinitions[1].linuxParameters.capabilities.add '${name}'`,
    container({ linuxParameters: { capabilities: { add: ['CHOWN', name] } } }),
  ]),
])('%s lets a container use the machine', (member, more) => {
  expect(hostAccessOf(definition(more))).toEqual([member])
})

test.each<[string, Definition]>([
  [
    'a volume of Docker',
    { volumes: [{ name: 'data' }, { name: 'cache', host: {} }, { name: 'x', host: { sourcePath: '' } }] },
  ],
  ['awsvpc', { networkMode: 'awsvpc' }],
  ['bridge and the namespaces of the task', { networkMode: 'bridge', pidMode: 'task', ipcMode: 'none' }],
  ['no privileges', container({ privileged: false })],
  [
    'capabilities within the container',
    container({
      linuxParameters: { capabilities: { add: ['SYS_PTRACE', 'NET_ADMIN', 'CAP_NET_RAW'], drop: ['ALL'] } },
    }),
  ],
])('%s lets no container use the machine', (_, more) => {
  expect(hostAccessOf(definition(more))).toEqual([])
  expect(whyNoHostAccess(definition(more))).toBeUndefined()
})

test('the refusal names all members at once, and the option', () => {
  const all = definition({ networkMode: 'host', ...container({ privileged: true }) })
  expect(whyNoHostAccess(all)).toMatch(
    /networkMode 'host', containerDefinitions\[1\]\.privileged\. Start the cloud with --allow-host-access/,
  )
})
