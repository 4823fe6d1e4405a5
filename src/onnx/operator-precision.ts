/** What an operator that takes most of a model's time computes in. Others (activations, shapes, pooling) have none. */
export type Precision = 'integer' | 'float'

/**
 * Kernels of ONNX Runtime 1.30 on CPUs that multiply 8-bit or narrower weights as integers. `MatMulNBits` unpacks its
 * weights block by block while it multiplies.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
const integerOperators: ReadonlySet<string> = new Set([
  'ConvInteger',
  'DynamicQuantizeLSTM',
  'DynamicQuantizeMatMul',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulInteger16',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'QAttention',
  'QGemm',
  'QLinearConv',
  'QLinearConvTranspose',
  'QLinearMatMul',
  'QOrderedMatMul',
])

const floatOperators: ReadonlySet<string> = new Set([
  'Attention',
  'Conv',
  'ConvTranspose',
  'DecoderMaskedMultiHeadAttention',
  'DeformConv',
  'Einsum',
  'FusedConv',
  'FusedGemm',
  'FusedMatMul',
  'FusedMatMulActivation',
  'GRU',
  'Gemm',
  'GroupQueryAttention',
  'LSTM',
  'MatMul',
  'MultiHeadAttention',
  'NhwcFusedConv',
  'RNN',
  'TransposeMatMul',
])

/** @param opType without its domain: the runtime has the same operators for other layouts, in domains of its own */
export function precisionOf(opType: string): Precision | undefined {
  if (integerOperators.has(opType)) return 'integer'
  return floatOperators.has(opType) ? 'float' : undefined
}
