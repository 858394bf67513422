import type { ApiVersionsResponse } from '../wire/index.ts';

/** The feature levels that a cluster has settled on, as brokers tell in their handshake (KIP-584). */
export interface FinalizedFeatures {
  /** The metadata offset of these levels; -1: nobody has told yet. */
  readonly epoch: number;
  readonly levels: ReadonlyMap<string, number>;
}

export const NO_FEATURES: FinalizedFeatures = { epoch: -1, levels: new Map() };

/** A broker that lags behind does not take levels back. */
export function newerFeatures(known: FinalizedFeatures, response: ApiVersionsResponse): FinalizedFeatures {
  const { finalizedFeaturesEpoch: epoch, finalizedFeatures } = response;
  return epoch > known.epoch
    ? {
        epoch,
        levels: new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
      }
    : known;
}
