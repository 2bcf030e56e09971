import { familyBeside } from '../../../../actions/deploy-ecs/src/task-definition/load-task-definition.ts'

test.each([
  ['web-template', 'web:3', 'web'],
  ['web-template', 'web-template:1', 'web'],
  ['base', 'base:1', 'base-deployed'],
])('the template %s of a service at %s leads to the family %s', (template, current, family) => {
  expect(familyBeside(template, current)).toBe(family)
})
