import { create } from '@bufbuild/protobuf'
import { type ModelProto, OperatorSetIdProtoSchema } from 'onnx-buf'
import { opsetVersion } from '../onnx/graph.ts'

/** The operators that ONNX Runtime has beside ONNX's own. */
export const microsoftDomain = 'com.microsoft'

/** @param model is changed: it says that it has operators of this domain */
export function importMicrosoftDomain(model: ModelProto): void {
  if (opsetVersion(model, microsoftDomain) !== undefined) return
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: microsoftDomain, version: 1n }))
}
