// The published @actions/workflow-parser imports JSON without the import attribute that Node requires. This hook adds it,
// for that package only. Import this file first, and then the runner with `await import(…)`. Jest needs no hook.
import { registerHooks } from 'node:module'

registerHooks({
  load: (url, context, nextLoad) => {
    const schema = url.includes('/@actions/workflow-parser/') && url.endsWith('.json')
    return nextLoad(url, schema ? { ...context, importAttributes: { type: 'json' } } : context)
  },
})
