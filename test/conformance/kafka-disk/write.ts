import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Kafka, NoKafka } from '../kafka.ts';
import { Clients } from './clients.ts';

/**
 * A thread of its own for real clients: it is ended as a process is killed, and none of them says goodbye. Tells its
 * parent once everything is written that shall be; members of groups stay until then.
 */
const { directory } = workerData as { readonly directory: string };
const kafka = Kafka.install();
if (kafka instanceof NoKafka) throw new Error(kafka.reason);
const clients = new Clients();
await clients.createTopics();
await clients.writeTransactions('orders', 50, 700);
clients.copy(kafka, 'orders', 'bills', 12, directory);
await clients.writeTransactions('accounts', 4, 800);
await clients.leaveOpen('orders');
await clients.joinClassic('orders');
await clients.joinConsumer('orders');
await clients.untilCleaned(directory, 'accounts');
// What was read last is committed.
await sleep(2_000);
parentPort!.postMessage('written');
