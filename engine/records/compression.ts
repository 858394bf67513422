import { RecordsError } from './records-error.ts';

/** Attribute bits 0-2. */
export const Codec = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** No batch may unfold into more than this: what a reader allocates is bounded whatever the bytes say. */
export const MAX_DECOMPRESSED_BYTES = 128 * 1024 * 1024;

/** Codecs as a port: gzip and zstd come from a host, the engine has none of its own for them. */
export interface Compression {
  /** A codec that is not supported answers an error value. */
  compress(codec: number, bytes: Uint8Array): Uint8Array | RecordsError;
  /** The whole content, or an error when it is broken, unsupported or longer than `maxBytes`. */
  decompress(codec: number, bytes: Uint8Array, maxBytes: number): Uint8Array | RecordsError;
}

/** Codec none only. */
export const noCompression: Compression = {
  compress: (codec, bytes) => (codec === Codec.none ? bytes : unsupportedCodec(codec)),
  decompress: (codec, bytes) => (codec === Codec.none ? bytes : unsupportedCodec(codec)),
};

export function unsupportedCodec(codec: number): RecordsError {
  return new RecordsError('unsupported', `no codec ${codec} here`);
}
