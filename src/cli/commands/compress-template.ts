import { resolve } from 'node:path'
import { defineCliCommand } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'compress template',
  summary: 'Writes a training that follows a compression into a folder, to be changed: distillation, or after pruning.',
  details: `TEMPLATE is distill (Python with torch) or distill-dense (dense nets with TensorFlow.js). FOLDER is new; without it,
it has the name of the template. Its README.md says what to install and how to start it with "runwright run".`,
  example: 'runwright compress template distill',
  options: {},
  operands: { usage: 'TEMPLATE [FOLDER]', min: 1, max: 2 },
  async run(context, { operands: [name = '', folder = name], json }) {
    const { findTemplate, writeTemplate } = await import('../../compress/write-template.ts')
    const template = findTemplate(name)
    const to = resolve(context.cwd, folder)
    const files = await writeTemplate(template, { from: context.templateFolder, to })
    if (json) return void context.stdout.write(toJson({ template, folder: to, files }))
    context.stdout.write(`Wrote ${files.join(', ')} into ${printable(to)}.\nBegin with its README.md.\n`)
  },
})
