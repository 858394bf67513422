import type { BrokerChanges, RegisterBrokerRecord, RegisterControllerRecord } from './record.ts';
import type { BrokerRegistration, ControllerRegistration } from './registration.ts';

/** The registration that a RegisterBrokerRecord establishes. */
export function brokerFromRecord(record: RegisterBrokerRecord): BrokerRegistration {
  const first = record.endPoints[0];
  return {
    id: record.brokerId,
    epoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    host: first?.host ?? '',
    port: first?.port ?? 0,
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    directories: record.logDirs,
    listeners: record.endPoints,
    features: record.features,
    cordonedDirectories: record.cordonedLogDirs,
  };
}

/** A registration after a change (`BrokerRegistration.cloneWith`): an empty list of directories changes nothing. */
export function brokerChange(broker: BrokerRegistration, changes: BrokerChanges): BrokerRegistration {
  const fenced = changes.fenced ?? 0;
  const directories = changes.logDirs ?? [];
  return {
    ...broker,
    fenced: fenced === 0 ? broker.fenced : fenced > 0,
    inControlledShutdown: changes.inControlledShutdown === 1 ? true : broker.inControlledShutdown,
    directories: directories.length === 0 ? broker.directories : directories,
    cordonedDirectories: changes.cordonedLogDirs ?? broker.cordonedDirectories,
  };
}

export function brokerToRecord(broker: BrokerRegistration): RegisterBrokerRecord {
  return {
    type: 'RegisterBrokerRecord',
    brokerId: broker.id,
    isMigratingZkBroker: false,
    incarnationId: broker.incarnationId,
    brokerEpoch: broker.epoch,
    endPoints: broker.listeners,
    features: broker.features,
    rack: broker.rack,
    fenced: broker.fenced,
    inControlledShutdown: broker.inControlledShutdown,
    logDirs: broker.directories,
    cordonedLogDirs: broker.cordonedDirectories,
  };
}

export function controllerFromRecord(record: RegisterControllerRecord): ControllerRegistration {
  const first = record.endPoints[0];
  return {
    id: record.controllerId,
    incarnationId: record.incarnationId,
    host: first?.host ?? '',
    port: first?.port ?? 0,
    listeners: record.endPoints,
    features: record.features,
  };
}

export function controllerToRecord(controller: ControllerRegistration): RegisterControllerRecord {
  return {
    type: 'RegisterControllerRecord',
    controllerId: controller.id,
    incarnationId: controller.incarnationId,
    zkMigrationReady: false,
    endPoints: controller.listeners,
    features: controller.features,
  };
}
