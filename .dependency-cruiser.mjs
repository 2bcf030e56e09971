// Which file may import which: `npm run check:architecture`. The order of rooms within an action is in script/lib/rooms.ts,
// the reasons are in docs/architecture.md. test/unit/architecture.test.ts breaks each rule once.
import { rooms } from './script/lib/rooms.ts'

/** Regular expression for one of some names. */
const anyOf = (names) => `(?:${names.join('|')})`

const rule = (name, comment, from, to, scope = 'module') => ({ name, comment, severity: 'error', scope, from, to })
const inFolder = (folder) => ({ path: `^${folder}/` })

/** A room imports none that stands after it, and none of the files outside any room. */
function roomRules(action, names) {
  const src = `^actions/${action}/src`
  const upwards = names.slice(0, -1).map((name, at) => {
    const after = names.slice(at + 1)
    return rule(
      `${action}-${name}-imports-only-downwards`,
      `In actions/${action}/src, ${name}/ stands below ${after.join(', ')}.`,
      { path: `${src}/${name}/` },
      { path: `${src}/${anyOf(after)}/` },
    )
  })
  const outside = rule(
    `${action}-rooms-do-not-import-the-entry`,
    `main.ts of ${action} uses the rooms; they do not use it.`,
    { path: `${src}/[^/]+/` },
    { path: `${src}/[^/]+$` },
  )
  return [...upwards, outside]
}

export default {
  forbidden: [
    rule('no-circle-of-files', 'No file imports itself through others, types included.', {}, { circular: true }),
    rule('no-circle-of-folders', 'No folder imports itself through others.', {}, { circular: true }, 'folder'),
    rule('toolkit-knows-no-action', 'What actions share knows none of its users.', inFolder('toolkit'), {
      path: `^${anyOf(['actions', 'rehearsal', 'test', 'bench', 'script', 'examples'])}/`,
    }),
    rule(
      'actions-stand-alone',
      'An action imports its own sources and toolkit/.',
      { path: '^actions/([^/]+)/' },
      { path: `^${anyOf(['actions', 'rehearsal', 'bench', 'script', 'examples'])}/`, pathNot: '^actions/$1/' },
    ),
    rule(
      'rehearsal-runs-black-boxes',
      'The rehearsal runs the committed bundles. With code of theirs it could share their faults.',
      inFolder('rehearsal'),
      { path: `^${anyOf(['actions', 'toolkit', 'bench', 'script', 'examples'])}/` },
    ),
    rule(
      'cloud-stands-alone',
      'rehearsal/cloud is a program of its own, which other tools use too.',
      inFolder('rehearsal/cloud'),
      { path: '^rehearsal/', pathNot: '^rehearsal/cloud/' },
    ),
    rule(
      'runner-stands-alone',
      'rehearsal/runner runs any workflow; which cloud answers is not its concern.',
      inFolder('rehearsal/runner'),
      { path: '^rehearsal/', pathNot: '^rehearsal/runner/' },
    ),
    rule(
      'sources-know-no-test',
      'Nothing that users run imports a test.',
      { path: `^${anyOf(['actions', 'toolkit', 'rehearsal', 'script'])}/` },
      { path: '^test/' },
    ),
    rule(
      'bundles-hold-only-dependencies',
      'What a bundle holds is under `dependencies` in package.json.',
      { path: `^${anyOf(['actions', 'toolkit'])}/` },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
    rule('everything-resolves', 'An import that cannot be found is not checked.', {}, { couldNotResolve: true }),
    ...Object.entries(rooms).flatMap(([action, names]) => roomRules(action, names)),
  ],
  options: {
    parser: 'swc', // sees type imports too; TypeScript 7 has no JavaScript API
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
