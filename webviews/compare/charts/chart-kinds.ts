import { createBarChart } from './bar-chart.ts'
import type { ChartBody, ChartParts } from './chart-body.ts'
import type { CardContents } from './chart-card.ts'
import { createAxisTools, createCurveTools, createScatterTools } from './chart-tools.ts'
import { createConfusionChart } from './confusion-chart.ts'
import { createCurveChart } from './curve-chart.ts'
import { createDistributionChart } from './distribution-chart.ts'
import type { DrawnSpec } from './expand-rules.ts'
import { createHistogramChart } from './histogram-chart.ts'
import { createImportanceChart } from './importance-chart.ts'
import { createParallelChart } from './parallel-chart.ts'
import { createRankingChart } from './ranking-chart.ts'
import { createScatterChart } from './scatter-chart.ts'

interface Changes {
  changing(change: object): void
  changed(change: object): void
}

/** What stands in a card by the kind of its chart. */
export function createCardContents(parts: ChartParts, spec: DrawnSpec, changes: Changes): CardContents {
  const noTools = { elements: [], show: () => undefined }
  switch (spec.kind) {
    case 'curves':
      return {
        tools: createCurveTools(changes),
        createBody: (listener) => narrow('curves', createCurveChart(parts, spec, listener)),
      }
    case 'scatter':
      return {
        tools: createScatterTools(changes),
        createBody: (listener) => narrow('scatter', createScatterChart(parts, spec, listener)),
      }
    case 'parallel':
      return {
        tools: noTools,
        createBody: (listener) => narrow('parallel', createParallelChart(parts, spec, listener)),
      }
    case 'distribution':
      return {
        tools: createAxisTools(changes),
        createBody: (listener) => narrow('distribution', createDistributionChart(parts, spec, listener)),
      }
    case 'importance':
      return {
        tools: noTools,
        createBody: (listener) => narrow('importance', createImportanceChart(parts, spec, listener)),
      }
    case 'bar':
      return { tools: noTools, createBody: (listener) => narrow('bar', createBarChart(parts, spec, listener)) }
    case 'confusion-matrix':
      return {
        tools: noTools,
        createBody: (listener) => narrow('confusion-matrix', createConfusionChart(parts, spec, listener)),
      }
    case 'histogram':
      return {
        tools: noTools,
        createBody: (listener) => narrow('histogram', createHistogramChart(parts, spec, listener)),
      }
    case 'roc':
    case 'precision-recall':
      return { tools: noTools, createBody: (listener) => narrow(spec.kind, createRankingChart(parts, spec, listener)) }
  }
}

/** A drawing is never asked to show a chart of another kind: the grid makes a new card then. */
function narrow<Kind extends DrawnSpec['kind']>(
  kind: Kind,
  body: ChartBody<Extract<DrawnSpec, { kind: Kind }>>,
): ChartBody {
  const isOurs = (spec: DrawnSpec): spec is Extract<DrawnSpec, { kind: Kind }> => spec.kind === kind
  return { ...body, show: (spec) => isOurs(spec) && body.show(spec) }
}
