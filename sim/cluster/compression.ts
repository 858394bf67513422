import { type Compression, noCompression } from '../../engine/records/index.ts';

/** No codec that needs a host: a cluster in a browser tab has the same. */
export const COMPRESSION: Compression = noCompression;
