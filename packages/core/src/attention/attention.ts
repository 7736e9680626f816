import type { SyncBackend } from "../backend/backend.ts";
import { type BackendName, createBackend } from "../backend/create.ts";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** All of a problem but its three tensors, what to return, and who computes it ("plain" when absent). */
export interface AttentionOptions extends Omit<AttentionProblem, "query" | "key" | "value">, AttentionOutputs {
  readonly backend?: BackendName;
}

const shared = new Map<BackendName, SyncBackend>();

/**
 * Attention(Q, K, V) = softmax(scale·QKᵀ)V, or another variant of it (Vaswani et al. 2017, equation 1).
 *
 * @param query [b, h, n, d]
 * @param key [b, g, m, d], with h a multiple of g
 * @param value [b, g, m, e]
 * @returns output [b, h, n, e]; weights [b, h, n, m] and log-sum-exp [b, h, n] when asked for
 * @throws ShapeError, ArgumentError when the problem is not sound
 * @throws UnsupportedError when the backend does not compute it: float64 needs the reference backend
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): AttentionResult {
  const { backend: name = "plain", weights = false, logSumExp = false, ...rest } = options;
  let backend = shared.get(name);
  if (!backend) {
    backend = createBackend(name);
    shared.set(name, backend);
  }
  return backend.attention({ query, key, value, ...rest }, { weights, logSumExp });
}
