import { describe, expect, it } from 'vitest';
import { ConfigResource, decodeRecords, SUPPORTED_FEATURES } from '../../../engine/metadata/index.ts';
import {
  ApiKey,
  ErrorCode,
  make,
  type UpdateFeaturesResponse,
  UpgradeType,
  updateFeaturesRequest,
} from '../../../engine/wire/index.ts';
import { Stage } from './stage.ts';

const { UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE } = UpgradeType;

type Update = readonly [feature: string, maxVersionLevel: number, upgradeType?: number];

function update(
  stage: Stage,
  updates: readonly Update[],
  options: { readonly validateOnly?: boolean; readonly version?: number } = {},
): UpdateFeaturesResponse {
  const { validateOnly = false, version = 2 } = options;
  const featureUpdates = updates.map(([feature, maxVersionLevel, upgradeType = UPGRADE]) => ({
    feature,
    maxVersionLevel,
    upgradeType,
  }));
  const body = make(updateFeaturesRequest, { featureUpdates, validateOnly });
  return stage.call(ApiKey.UpdateFeatures, version, body);
}

function started(config: Partial<Stage['config']> = {}): Stage {
  const stage = new Stage(config);
  stage.start(1, 2);
  return stage;
}

const level = (stage: Stage, feature: string) => stage.image.featureLevel(feature);

describe('UpdateFeatures', () => {
  it('raises levels, all of a request', () => {
    const stage = started({ 'metadata.version': 25, 'transaction.version': 0 });
    expect(
      update(stage, [
        ['metadata.version', 33],
        ['transaction.version', 2],
      ]),
    ).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      results: [],
    });
    expect([level(stage, 'metadata.version'), level(stage, 'transaction.version')]).toEqual([33, 2]);
  });

  it('names each feature up to version 1', () => {
    const stage = started({ 'metadata.version': 31 });
    expect(update(stage, [['metadata.version', 32]], { version: 1 }).results).toEqual([
      { feature: 'metadata.version', errorCode: 0, errorMessage: 'NONE' },
    ]);
  });

  it('goes back over levels that changed no metadata, when it is told to', () => {
    const stage = started({ 'metadata.version': 29, 'eligible.leader.replicas.version': 0 });
    expect(update(stage, [['metadata.version', 24]])).toMatchObject({
      errorCode: ErrorCode.INVALID_UPDATE_VERSION,
      errorMessage:
        'The update failed for all features since the following feature had an error: Invalid update version 24 ' +
        "for feature metadata.version. Can't downgrade the version of this feature without setting the upgrade " +
        'type to either safe or unsafe downgrade.',
    });
    expect(update(stage, [['metadata.version', 24, SAFE_DOWNGRADE]]).errorCode).toBe(0);
    expect(level(stage, 'metadata.version')).toBe(24);
  });

  it('never goes back over one that did, not even unsafely (KAFKA-13896)', () => {
    const stage = started({ 'metadata.version': 24, 'eligible.leader.replicas.version': 0 });
    const safe = update(stage, [['metadata.version', 22, SAFE_DOWNGRADE]]);
    expect(safe.errorMessage).toContain('might delete metadata information');
    const unsafe = update(stage, [['metadata.version', 22, UNSAFE_DOWNGRADE]]);
    expect(unsafe.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(unsafe.errorMessage).toContain('Unsafe metadata downgrade is not supported');
    expect(level(stage, 'metadata.version')).toBe(24);
  });

  it.each<[string, Update, string]>([
    [
      'a level that nobody supports',
      ['metadata.version', 99],
      'Local controller 101 only supports versions 7-33',
    ],
    ['an unknown feature', ['no.version', 1], 'Local controller 101 does not support this feature.'],
    ['a negative level', ['group.version', -1], 'A feature version cannot be less than 0.'],
    ['a downgrade upwards', ['share.version', 2, SAFE_DOWNGRADE], "Can't downgrade to a newer version."],
    ['an unknown kind of step', ['group.version', 1, 7], 'does not support the given upgrade type'],
  ])('refuses %s', (_, wrong, message) => {
    const stage = started({ 'share.version': 1 });
    const end = stage.logEndOffset;
    const answer = update(stage, [['transaction.version', 2], wrong]);
    expect(answer.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(answer.errorMessage).toContain(message);
    expect(stage.logEndOffset).toBe(end);
  });

  it('refuses a level that one broker does not support', () => {
    const stage = started({ 'share.version': 0 });
    const features = SUPPORTED_FEATURES.map((feature) =>
      feature.name === 'share.version' ? { ...feature, maxSupportedVersion: 1 } : feature,
    );
    expect(stage.register(3, { features }).errorCode).toBe(0);
    expect(update(stage, [['share.version', 2]]).errorMessage).toContain(
      'Broker 3 only supports versions 0-1',
    );
    expect(update(stage, [['share.version', 1]]).errorCode).toBe(0);
  });

  it('writes nothing when it is only to be tried', () => {
    const stage = started({ 'metadata.version': 31 });
    const end = stage.logEndOffset;
    expect(update(stage, [['metadata.version', 33]], { validateOnly: true }).errorCode).toBe(0);
    expect(stage.logEndOffset).toBe(end);
  });

  it('prepares min.insync.replicas for ELR, which needs the metadata version that has it', () => {
    const stage = started({
      'metadata.version': 22,
      'eligible.leader.replicas.version': 0,
      static: { 'min.insync.replicas': 2 },
    });
    expect(update(stage, [['eligible.leader.replicas.version', 1]]).errorMessage).toContain(
      'it depends on metadata.version level 23',
    );
    const both: Update[] = [
      ['eligible.leader.replicas.version', 1],
      ['metadata.version', 33],
    ];
    expect(update(stage, both).errorCode).toBe(0);
    expect(stage.image.configs(ConfigResource.BROKER, '').get('min.insync.replicas')).toBe('2');
    expect(level(stage, 'eligible.leader.replicas.version')).toBe(1);
    expect(update(stage, [['eligible.leader.replicas.version', 0, SAFE_DOWNGRADE]]).errorCode).toBe(0);
    expect(stage.image.features.has('eligible.leader.replicas.version')).toBe(false);
  });

  it('leaves kraft.version to the quorum, which may refuse', () => {
    const stage = started();
    expect(update(stage, [['kraft.version', 0]]).errorCode).toBe(0);
    expect(update(stage, [['kraft.version', 1]]).errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
  });

  it('answers a raise of kraft.version when the records behind the quorum’s own are committed', () => {
    const stage = started();
    const end = stage.logEndOffset;
    let ownRecords = 0;
    stage.quorum = {
      voterIds: () => [101],
      kraftVersion: 0,
      get nextOffset() {
        return end + ownRecords;
      },
      upgradeKRaftVersion: (_now, _level, validateOnly) => {
        if (!validateOnly) ownRecords = 2;
        return null;
      },
    };
    stage.failOver();
    const featureUpdates = [{ feature: 'kraft.version', maxVersionLevel: 1, upgradeType: UPGRADE }];
    const id = stage.ask(ApiKey.UpdateFeatures, 2, make(updateFeaturesRequest, { featureUpdates }));
    const batches = stage.controller.takeAppends().map((batch) => decodeRecords(batch));
    expect(batches).toEqual([[{ offset: end + 2, record: { type: 'NoOpRecord' } }]]);
    stage.controller.onCommitted(end + 2, stage.out);
    expect(stage.answers.has(id)).toBe(false);
    stage.controller.onCommitted(end + 3, stage.out);
    expect(stage.answers.get(id)).toMatchObject({ errorCode: 0 });
  });
});
