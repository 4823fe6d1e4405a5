import type { ExperimentId, RunId } from '../../protocol/ids.ts'
import type { ModelVersion, RegisteredModel } from '../../protocol/registered-models.ts'
import type { TroubleElement } from '../jobs/element.ts'

/*
 * What the view "Models" shows. An element is one object for as long as the thing it stands for is shown, because
 * VS Code refreshes by identity.
 */

export interface RegisteredModelElement {
  readonly kind: 'registered-model'
  readonly id: string
  readonly connectionId: string
  /** The folder's name where several are open. */
  readonly folder?: string
  readonly model: RegisteredModel
}

export interface ModelVersionElement {
  readonly kind: 'model-version'
  readonly id: string
  readonly connectionId: string
  readonly version: ModelVersion
  /** The run that made it; missing where there was none, or where it is gone for good. */
  readonly run?: ModelRun
}

export interface ModelRun {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
}

export type ModelsElement = RegisteredModelElement | ModelVersionElement | TroubleElement

function isElementOf<Kind extends ModelsElement['kind']>(kind: Kind) {
  // As for the elements of the explorer: VS Code hands a command whatever its caller passes.
  return (value: unknown): value is Extract<ModelsElement, { kind: Kind }> =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind && 'id' in value
}

export const isRegisteredModelElement = isElementOf('registered-model')
export const isModelVersionElement = isElementOf('model-version')

/** As programs load it: `models:/digits/3`. */
export function uriOf({ name, version }: Pick<ModelVersion, 'name' | 'version'>): string {
  return `models:/${name}/${version}`
}
