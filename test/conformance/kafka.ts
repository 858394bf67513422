import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const JARS = join(ROOT, 'node_modules/.cache/kafka-trial/kafka-jars');
const PACKAGES = ['openjdk-17-jre-headless', 'maven'];

/** Why Kafka itself cannot run here. */
export class NoKafka {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Kafka's own jars and a Java to run them, installed if they are not here. */
export class Kafka {
  readonly #options: readonly string[];

  /** `hosts`: a file of names and addresses that stands for the machine's own. */
  constructor(hosts?: string) {
    const names = hosts === undefined ? [] : [`-Djdk.net.hosts.file=${hosts}`];
    this.#options = [...names, '-cp', `${JARS}/*`];
  }

  /** Finds Java and Maven (by apt where that is possible), and lets Maven fetch the jars of `pom.xml`. */
  static install(): Kafka | NoKafka {
    if (!runs('java', '-version') || !runs('mvn', '-version')) installByApt();
    if (!runs('java', '-version')) return new NoKafka('no Java (17 or newer), and apt could not install one');
    if (existsSync(JARS)) return new Kafka();
    if (!runs('mvn', '-version')) return new NoKafka('no Maven, and apt could not install it');
    const fetched = spawnSync(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        join(import.meta.dirname, 'pom.xml'),
        'dependency:copy-dependencies',
        `-DoutputDirectory=${JARS}`,
      ],
      { encoding: 'utf8' },
    );
    return fetched.status === 0 ? new Kafka() : new NoKafka(`Maven could not fetch Kafka: ${fetched.stdout}`);
  }

  /** What a main class of Kafka prints. Throws with its words when it fails. */
  run(mainClass: string, args: readonly string[], directory: string): string {
    const ran = spawnSync('java', [...this.#options, mainClass, ...args], {
      encoding: 'utf8',
      cwd: directory,
      maxBuffer: 256 * 2 ** 20,
    });
    if (ran.status !== 0)
      throw new Error(`${mainClass} ended with ${ran.status}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  /** A server of Kafka in the background; what it logs goes into `log`. */
  start(properties: string, log: string): ChildProcess {
    const file = openSync(log, 'w');
    const level = '-Dorg.slf4j.simpleLogger.defaultLogLevel=info';
    return spawn('java', ['-Xmx512m', level, ...this.#options, 'kafka.Kafka', properties], {
      stdio: ['ignore', file, file],
    });
  }
}

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument]).status === 0;
}

function installByApt(): void {
  spawnSync('apt-get', ['install', '-y', '-q', ...PACKAGES], { stdio: 'inherit' });
}
