import { resolve } from 'node:path'
import { defineCliCommand } from '../command.ts'
import { describeGraphTables, describeModelTables } from '../describe-onnx.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'model show',
  summary: 'Shows what is in an ONNX file: inputs, outputs, operators and what they weigh.',
  details: `Nothing of the model is run, and weights that lie in files beside it are not read. With --graph each node is
listed too, and --json then says what it takes from which other. The versions of a registered model are shown by
"runwright models show NAME".`,
  example: 'runwright model show model.onnx',
  options: { graph: { type: 'boolean', summary: 'Also each node: attributes, inputs, outputs, weights' } },
  operands: { usage: 'MODEL.onnx', min: 1, max: 1 },
  async run(context, { options: { graph }, operands: [file = ''], json }) {
    const [{ readModelFile }, { describeModel }, { describeGraphs }] = await Promise.all([
      import('../../onnx/model-file.ts'),
      import('../../onnx/describe-model.ts'),
      import('../../onnx/describe-graph.ts'),
    ])
    const model = await readModelFile(resolve(context.cwd, file))
    const description = describeModel(model)
    const graphs = graph ? describeGraphs(model) : undefined
    const width = context.stdout.columns
    const tables = () => [
      describeModelTables(description, width),
      ...(graphs === undefined ? [] : describeGraphTables(graphs, width)),
    ]
    context.stdout.write(json ? toJson({ ...description, ...graphs }) : tables().join('\n'))
  },
})
