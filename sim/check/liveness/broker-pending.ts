import type { BrokerView, ControllerView } from '../../../engine/server/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

/**
 * Which broker does not serve yet and why (`EventuallyRuns`, `EventuallyUnfenced`), and which does not know all metadata
 * (`EventuallyMetadataConverges`: partitions and configurations alike).
 */
export function brokersPending(views: ClusterViews, controller: ControllerView, said: string[]): void {
  for (const { name, id, view } of views.brokers) {
    const registration = controller.image.broker(id);
    if (registration === undefined) said.push(`${name} is not registered${stateOf(view)}`);
    else if (registration.fenced) said.push(`${name} is fenced${whyFenced(id, view, controller)}`);
    else if (view === null) continue;
    else if (view.state !== 'RUNNING') said.push(`${name} is ${view.state}`);
    else if (view.metadataOffset < controller.metadataOffset)
      said.push(`${name} has applied metadata up to ${view.metadataOffset} of ${controller.metadataOffset}`);
    else {
      const divergence = view.configDivergence(controller.image);
      if (divergence !== null)
        said.push(`${name} goes by another configuration than the metadata says: ${divergence}`);
      directoriesPending(name, view, registration.directories.length, said);
    }
  }
}

function directoriesPending(name: string, view: BrokerView, registered: number, said: string[]): void {
  const { movesUnderWay, assignmentsPending } = view;
  if (view.directories.length < registered)
    said.push(`${name} has ${view.directories.length} of ${registered} log directories online`);
  if (movesUnderWay > 0) said.push(`${name} still moves ${movesUnderWay} replicas between its directories`);
  if (assignmentsPending > 0)
    said.push(
      `${name} has told the controller of ${assignmentsPending} replicas' directories, without an answer yet`,
    );
}

function stateOf(view: BrokerView | null): string {
  return view === null ? '' : `: it is ${view.state}`;
}

function whyFenced(id: number, view: BrokerView | null, controller: ControllerView): string {
  if (view === null) return '';
  const registration = controller.image.broker(id)!;
  const registrationOffset = controller.image.registrationOffset(id) ?? -1;
  if (view.brokerEpoch !== registration.epoch)
    return `: it speaks for broker epoch ${view.brokerEpoch}, ${registration.epoch} is registered`;
  if (view.metadataOffset < registrationOffset)
    return `: it has read metadata up to ${view.metadataOffset}, its registration is at ${registrationOffset}`;
  return stateOf(view);
}
