import type { ModuleConfiguration, Plan, ResourceChangeJson } from './plan-json.ts'

type Address = Pick<ResourceChangeJson, 'mode' | 'type' | 'name' | 'module_address'>

/**
 * The expressions of a resource in the configuration, and the arguments of the modules around it. The plan has constants and
 * references; it does not have the arguments of functions, nor the values of locals.
 */
export function expressionsOf(
  { configuration }: Plan,
  { module_address, mode, type, name }: Address,
): readonly unknown[] {
  const found: unknown[] = []
  let module: ModuleConfiguration | undefined = configuration?.root_module
  for (const called of calledModules(module_address)) {
    const call: NonNullable<ModuleConfiguration['module_calls']>[string] | undefined = module?.module_calls?.[called]
    found.push(call?.expressions)
    module = call?.module
  }
  const resource = module?.resources?.find((each) => each.mode === mode && each.type === type && each.name === name)
  return [...found, resource?.expressions]
}

/** `module.a["x"].module.b[0]` is `a` and `b`. */
const calledModules = (address = ''): readonly string[] =>
  [...address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, '').matchAll(/module\.([^.]+)/g)].map(
    ([, name = '']) => name,
  )
