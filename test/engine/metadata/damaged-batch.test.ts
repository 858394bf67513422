import { describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecords, MetadataError } from '../../../engine/metadata/index.ts';

describe('a batch of the metadata log', () => {
  it('whose bytes a disk misread is refused by its CRC, not applied', () => {
    const batch = encodeRecords(
      [{ type: 'FeatureLevelRecord', name: 'metadata.version', featureLevel: 25 }],
      7,
      3,
      1_000,
    );
    expect(decodeRecords(batch)).toMatchObject([{ offset: 7, record: { featureLevel: 25 } }]);
    const misread = batch.slice();
    const at = misread.length - 3;
    misread[at] = misread[at]! ^ 1;
    expect(decodeRecords(misread)).toBeInstanceOf(MetadataError);
  });
});
