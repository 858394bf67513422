import type { Anomaly, AnomalyName } from '../../../../sim/check/index.ts';
import type { Indexed } from './version-order.ts';

/** As the product's, over the model's own index: Maps and Sets, slow and plain. */
export interface Detector {
  readonly name: AnomalyName;
  readonly means: string;
  find(indexed: Indexed): Anomaly[];
}
