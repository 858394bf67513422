import type { Violation } from '../../result/index.ts';
import { type Promises, RULES, type WhereNow } from './allowed-anomalies.ts';
import type { Anomaly } from './anomaly.ts';

export interface Judgement {
  readonly violations: Violation[];
  /** What happened and the configuration allows. */
  readonly allowed: Violation[];
}

/** Detection is one thing, the verdict another: `RULES` has a row for each anomaly. */
export function judge(anomalies: readonly Anomaly[], promises: Promises, whereNow: WhereNow): Judgement {
  const judgement: Judgement = { violations: [], allowed: [] };
  for (const anomaly of anomalies) {
    const { allowed, reason, check = anomaly.name } = RULES[anomaly.name].rule(anomaly, promises, whereNow);
    (allowed ? judgement.allowed : judgement.violations).push({
      check,
      at: anomaly.at,
      message: reason === '' ? anomaly.message : `${anomaly.message} (${reason})`,
      evidence: anomaly.evidence,
    });
  }
  return judgement;
}
